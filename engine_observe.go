package saga

// observe passes on what is durable and what was measured, in order, away from the loop.
func (s *server) observe(done chan<- struct{}) {
	ended := false
	defer func() {
		if ended {
			close(done)
			return
		}
		s.config.Logger.Error("Config.Observe or Config.Measure ended its goroutine; others go on being told")
		go s.observe(done)
	}()
	for t, ok := s.told.pop(); ok; t, ok = s.told.pop() {
		if t.durable == nil {
			s.guarded("Measure", "", func() { s.config.Measure(t.measure) })
			continue
		}
		for _, p := range t.durable {
			s.guarded("Observe", p.entry.ID, func() { s.config.Observe(p.entry.event(p.after, p.of.shape)) })
		}
	}
	ended = true
}

// wakeAll tells those who wait for an instance that has ended or needs attention.
func (e *Engine) wakeAll(durable []*pending) {
	for _, p := range durable {
		if p.after.Status.Ended() || p.after.Status == NeedsAttention {
			e.wakeWaiters(p.after)
		}
	}
}

// guarded calls a user's function. Its panic is logged and changes nothing.
func (s *server) guarded(what, instance string, call func()) {
	defer func() {
		if v := recover(); v != nil {
			s.config.Logger.Error("Config."+what+" panicked", "instance", instance, "panic", v)
		}
	}()
	call()
}
