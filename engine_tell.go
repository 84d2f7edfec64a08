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
		s.beside(later)
	}
	return told
}

// perform does effects and what follows from them: all but the last beside this goroutine.
func (s *server) perform(effects []effect) {
	for len(effects) > 0 {
		last := len(effects) - 1
		for i := range last {
			s.beside(effects[i : i+1])
		}
		effects = s.performOne(effects[last])
	}
}

// mostSpare is how many goroutines wait for something to perform before others end. A new one would
// have to grow its stack each time.
const mostSpare = 128

// beside performs effects on another goroutine.
func (s *server) beside(effects []effect) {
	select {
	case s.jobs <- effects:
	default:
		go s.work(effects)
	}
}

// work performs effects, and then what it is handed.
func (s *server) work(effects []effect) {
	for {
		s.perform(effects)
		if s.spare.Add(1) > mostSpare {
			s.spare.Add(-1)
			return
		}
		select {
		case effects = <-s.jobs:
			s.spare.Add(-1)
		case <-s.done:
			return
		}
	}
}
