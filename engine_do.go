package saga

import (
	"errors"
	"fmt"
	"sync"
	"time"
)

// do does an effect at once, or returns true if it may block.
func (s *server) do(e effect) bool {
	switch e := e.(type) {
	case storeEffect:
		return true
	case callStep:
		s.queued[e.Serial] = nil // not waiting yet
		return true
	case holdBack:
		s.holdBack(e.Serial)
	case answerStart:
		e.Request.answer <- startAnswer{e.Instance, e.Err} // has room for its one answer
	case answerReply:
		e.Reply.told <- e.Done // has room for its one answer
	case tell:
		s.wakeAll(e.Durable)
		if s.config.Observe != nil {
			s.told.push(told{durable: e.Durable})
		}
	case measured:
		if s.config.Measure != nil {
			s.told.push(told{measure: e.Measure})
		}
	case warn:
		s.config.Logger.Error(e.Text, "node", s.node.id, "error", e.Err)
	case unreadable:
		s.config.Logger.Error(e.Text, "node", s.node.id, "error", e.Err)
		if errors.Is(e.Err, ErrFormat) {
			s.fatal = e.Err
		}
	case rejoin:
		s.rejoin = true
		s.stop()
	}
	return false
}

// holdBack withdraws a call that waits for a slot, or is about to.
func (s *server) holdBack(serial int64) {
	withdraw, known := s.queued[serial]
	switch {
	case !known || withdraw == s.heldBack:
	case withdraw == nil:
		s.queued[serial] = s.heldBack
	default:
		delete(s.queued, serial)
		close(withdraw)
	}
}

// group is who waits for an effect at the end.
func (s *server) group(e effect) *sync.WaitGroup {
	if _, ok := e.(callStep); ok {
		return &s.steps
	}
	return &s.asks
}

// performOne does an effect that may block, and returns what follows.
func (s *server) performOne(e effect) []effect {
	if c, ok := e.(callStep); ok {
		return s.call(c)
	}
	defer s.asks.Done()
	return s.ask(e.(storeEffect))
}

// ask performs an effect on the store. One that must be known is repeated until it is: an error
// leaves open whether it happened, and repeating it is answered as the first time was.
func (s *server) ask(e storeEffect) []effect {
	mustKnow := e.failed(nil) == nil
	for pause, tries := 10*time.Millisecond, 1; ; pause, tries = min(2*pause, time.Second), tries+1 {
		tell, err := e.run(s.store, s.Engine.store, tries > 1)
		if err == nil {
			if mustKnow {
				s.setTrouble(nil)
			}
			s.toldOf(e)
			if _, ok := e.(appendRow); ok {
				s.told.waitForRoom()
			}
			return s.tell(tried(tell, tries))
		}
		if s.store.Err() != nil { // it was cut off by the end
			return nil
		}
		doing := fmt.Sprintf("%T", e)[len("saga."):]
		if !mustKnow {
			s.config.Logger.Error("the store failed", "doing", doing, "node", s.node.id, "error", err)
			return s.tell(e.failed(err))
		}
		s.setTrouble(fmt.Errorf("the store does not answer: %w", err))
		s.config.Logger.Error("the store failed; trying again", "doing", doing, "node", s.node.id, "pause", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-s.store.Done():
			return nil
		}
	}
}

// tried adds to what is measured of an effect how often the store was asked.
func tried(tell input, tries int) input {
	if tries == 1 {
		return tell
	}
	return func(n *node, at time.Time) {
		before := len(n.effects)
		tell(n, at)
		for i, e := range n.effects[before:] {
			if m, ok := e.(measured); ok {
				m.Tries = tries
				n.effects[before+i] = m
			}
		}
	}
}

// toldOf tells the operator of what does not happen every day.
func (s *server) toldOf(e storeEffect) {
	if d, ok := e.(drainOther); ok {
		s.config.Logger.Info("took over a node", "node", s.node.id, "from", d.Node, "instances", d.Held)
	}
}
