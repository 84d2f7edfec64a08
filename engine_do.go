package saga

import (
	"errors"
	"fmt"
	"time"
)

// do performs one effect. What may block runs beside the loop and reports back.
func (s *server) do(e effect) {
	switch e := e.(type) {
	case storeEffect:
		s.work.Go(func() { s.ask(e) })
	case callStep:
		s.call(e)
	case holdBack:
		if withdraw := s.queued[e.Serial]; withdraw != nil {
			delete(s.queued, e.Serial)
			close(withdraw)
		}
	case answerStart:
		e.Request.answer <- startAnswer{e.Instance, e.Err} // has room for its one answer
	case tell:
		s.told <- told{durable: e.Durable}
	case measured:
		if s.config.Measure != nil {
			s.told <- told{measure: e.Measure}
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
}

// ask performs an effect on the store. One that must be known is repeated until it is: an error
// leaves open whether it happened, and repeating it is answered as the first time was.
func (s *server) ask(e storeEffect) {
	mustKnow := e.failed(nil) == nil
	for pause, tries := 10*time.Millisecond, 1; ; pause, tries = min(2*pause, time.Second), tries+1 {
		tell, err := e.run(s.store, s.Engine.store, tries > 1)
		if err == nil {
			if mustKnow {
				s.setTrouble(nil)
			}
			s.done(e)
			s.tell(tried(tell, tries))
			return
		}
		doing := fmt.Sprintf("%T", e)[len("saga."):]
		if !mustKnow {
			s.config.Logger.Error("the store failed", "doing", doing, "node", s.node.id, "error", err)
			s.tell(e.failed(err))
			return
		}
		s.setTrouble(fmt.Errorf("the store does not answer: %w", err))
		s.config.Logger.Error("the store failed; trying again", "doing", doing, "node", s.node.id, "pause", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-s.store.Done():
			return
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

// done tells the operator of what does not happen every day.
func (s *server) done(e storeEffect) {
	if d, ok := e.(drainOther); ok {
		s.config.Logger.Info("took over a node", "node", s.node.id, "from", d.Node, "instances", len(d.Rows))
	}
}
