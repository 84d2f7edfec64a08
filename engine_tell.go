package saga

import (
	"runtime"
	"time"
)

// tell lets the node know what happened. What is to be done because of it and may block is returned,
// for [server.perform]; the rest is done.
func (s *server) tell(in input) []effect {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.over {
		return nil
	}
	in(s.node, now())
	if s.gather { // who gathers does the rest
		return nil
	}
	if s.node.mayAppend() {
		s.letOthersTell()
	}
	return s.turn()
}

// letOthersTell waits a moment for those who are about to tell something as well, so that what they
// decide shares an append. If nobody is, it costs next to nothing.
func (s *server) letOthersTell() {
	s.gather = true
	s.mu.Unlock()
	runtime.Gosched()
	s.mu.Lock()
	s.gather = false
}

// turn does what follows from all that the node was told.
func (s *server) turn() (later []effect) {
	if s.over {
		return nil
	}
	at := now()
	for _, e := range s.node.pump(at) {
		if s.do(e) {
			later = append(later, e)
		}
	}
	if s.node.over || s.fatal != nil {
		s.over = true
		close(s.done)
		return nil
	}
	for _, e := range later {
		s.group(e).Add(1)
	}
	if next := s.node.nextTick(); s.wakes.IsZero() || next.Before(s.wakes) {
		s.wakes = next
		s.alarm.Reset(max(next.Sub(at), time.Millisecond))
	}
	return later
}

// offer tells for somebody who does not wait for what follows. It is false if this incarnation is
// over.
func (s *server) offer(in input) bool {
	told := false
	later := s.tell(func(n *node, at time.Time) {
		told = true
		in(n, at)
	})
	if len(later) > 0 {
		go s.perform(later)
	}
	return told
}

// perform does effects and what follows from them: all but the last beside this goroutine.
func (s *server) perform(effects []effect) {
	for len(effects) > 0 {
		last := len(effects) - 1
		for i := range last {
			go s.perform(effects[i : i+1])
		}
		effects = s.performOne(effects[last])
	}
}
