package saga

import (
	"errors"
	"fmt"
	"time"
)

// do performs one effect. What may block runs beside the loop and reports back.
func (s *server) do(e effect) {
	switch e := e.(type) {
	case callStep:
		s.call(e)
	case answerStart:
		e.Request.answer <- startAnswer{e.Instance, e.Err} // has room for its one answer
	case tell:
		s.told <- e.Durable
	case warn:
		s.config.Logger.Error(e.Text, "node", s.node.id, "error", e.Err)
	case unreadable:
		s.config.Logger.Error("a row cannot be read; its instance is left alone", "node", s.node.id, "error", e.Err)
		if errors.Is(e.Err, ErrFormat) {
			s.fatal = e.Err
		}
	case rejoin:
		s.rejoin = true
		s.stop()
	default:
		s.work.Go(func() { s.ask(e) })
	}
}

// ask performs an effect on the store.
func (s *server) ask(e effect) {
	switch e := e.(type) {
	case appendRow:
		s.append(e)
	case writeRows:
		s.write(e.Checkpoint, func(n *node, at time.Time) { n.checkpointed(at) })
	case claimRows:
		s.claim(e)
	case findInstance:
		s.find(e)
	case lookAround:
		s.look()
	case takeOver:
		s.takeOver(e.Node)
	case drainOther:
		s.drain(e)
	case sealSelf:
		s.leave(e.Checkpoint)
	}
}

// settled repeats a write until it is known: an error that is not ErrSealed leaves it open whether
// it happened, and repeating it is answered as the first time was. False means the node is over.
func (s *server) settled(what string, write func() error) bool {
	for pause := 10 * time.Millisecond; ; pause = min(2*pause, time.Second) {
		err := write()
		switch {
		case err == nil:
			s.setTrouble(nil)
			return true
		case errors.Is(err, ErrSealed):
			s.tell(func(n *node, at time.Time) { n.sealed(at) })
			return false
		}
		s.setTrouble(fmt.Errorf("the store does not answer: %w", err))
		s.config.Logger.Error("the store failed; trying again", "doing", what, "node", s.node.id, "pause", pause, "error", err)
		select {
		case <-time.After(pause):
		case <-s.store.Done():
			return false
		}
	}
}

func (s *server) append(e appendRow) {
	var taken []string
	ok := s.settled("append", func() (err error) {
		taken, err = s.Engine.store.Journal().Append(s.store, e.Append)
		return err
	})
	if ok {
		s.tell(func(n *node, at time.Time) { n.appended(taken, at) })
	}
}

// write settles a checkpoint. Repeating one that went in is ErrSealed, because its positions are
// gone, so a failed one is checked before it is repeated.
func (s *server) write(c Checkpoint, then input) {
	tried := false
	ok := s.settled("checkpoint", func() error {
		if tried {
			if done, err := s.wrote(c); done || err != nil {
				return err
			}
		}
		tried = true
		return s.Engine.store.Journal().Checkpoint(s.store, c)
	})
	if ok {
		s.tell(then)
	}
}

// wrote reports whether a checkpoint of this node, whose answer was lost, went in: nobody else
// trims this journal while it is not sealed.
func (s *server) wrote(c Checkpoint) (bool, error) {
	tail, err := s.Engine.store.Journal().Tail(s.store, c.Node)
	if err != nil || len(tail.Positions) == 0 {
		return false, err
	}
	return tail.Positions[0].Number >= c.To, nil
}

func (s *server) claim(e claimRows) {
	rows, err := s.Engine.store.Instances().Claim(s.store, e.Claim)
	if err != nil {
		s.config.Logger.Error("a claim failed", "node", s.node.id, "error", err)
		s.tell(func(n *node, at time.Time) { n.claimFailed(e.Claim, at) })
		return
	}
	s.tell(func(n *node, at time.Time) { n.claimed(e.Claim, rows, at) })
}

func (s *server) find(e findInstance) {
	key, row, err := s.lookUp(s.store, e.ID)
	s.tell(func(n *node, at time.Time) { n.found(e.ID, key, row, err, at) })
}

func (s *server) look() {
	nodes, err := s.Engine.store.Instances().Nodes(s.store)
	if err != nil {
		s.config.Logger.Error("the other nodes could not be listed", "node", s.node.id, "error", err)
		return
	}
	s.tell(func(n *node, at time.Time) { n.seen(nodes, at) })
}
