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
	at := s.clock.now()
	in(s.node, at)
	if s.gather { // who gathers does the rest
		return nil
	}
	if s.node.appendsFew() {
		s.letOthersTell()
		at = s.clock.now()
	}
	return s.turn(at)
}

// longestGather bounds how long an append waits for those who are about to tell something as well.
const longestGather = 500 * time.Microsecond

// letOthersTell begins the calls that follow so far and lets go of the node, as long as others use
// the time to tell something: what they decide shares an append. If nobody is about to, it costs
// next to nothing.
func (s *server) letOthersTell() {
	s.gather = true
	for began := time.Now(); !s.over && time.Since(began) < longestGather; {
		later := s.handOut(s.node.flush())
		under := s.node.calls
		s.mu.Unlock()
		for i := range later {
			s.beside(later[i : i+1])
		}
		runtime.Gosched()
		s.mu.Lock()
		if len(later) == 0 && s.node.calls >= under || !s.node.appendsFew() {
			break
		}
	}
	s.gather = false
}

// handOut does what does not block, and returns the rest.
func (s *server) handOut(effects []effect) (later []effect) {
	for _, e := range effects {
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
	return later
}

// early begins an effect that may block while the node is still being told something.
func (s *server) early(e effect) {
	s.group(e).Add(1)
	s.beside([]effect{e})
}

// turn does what follows from all that the node was told.
func (s *server) turn(at time.Time) []effect {
	if s.over {
		return nil
	}
	later := s.handOut(s.node.pump(at))
	if s.over {
		return nil
	}
	if next := s.node.nextTick(); s.wakes.IsZero() || next.Before(s.wakes) {
		s.wakes = next
		s.alarm.Reset(max(next.Sub(at), time.Millisecond))
	}
	return later
}

// offer tells for somebody who does not wait for what follows. It is false if this incarnation is
// over, or if there is none.
func (s *server) offer(in input) bool {
	if s == nil {
		return false
	}
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
