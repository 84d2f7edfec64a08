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
		s.told <- e.Durable
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
	for pause, again := 10*time.Millisecond, false; ; pause, again = min(2*pause, time.Second), true {
		tell, err := e.run(s.store, s.Engine.store, again)
		if err == nil {
			if mustKnow {
				s.setTrouble(nil)
			}
			s.done(e)
			s.tell(tell)
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

// done tells the operator of what does not happen every day.
func (s *server) done(e storeEffect) {
	if d, ok := e.(drainOther); ok {
		s.config.Logger.Info("took over a node", "node", s.node.id, "from", d.Node, "instances", len(d.Rows))
	}
}
