package saga

import (
	"errors"
	"maps"
	"time"
)

// takeOver seals a node and reads what it left.
func (s *server) takeOver(other string) {
	tail, keys, err := s.seal(other)
	if err != nil {
		s.failed("a silent node could not be taken over", other, err)
		return
	}
	s.tell(func(n *node, at time.Time) {
		maps.Copy(n.shapes, s.knownShapes())
		if err := n.sealedOther(other, tail, keys, at); err != nil {
			s.config.Logger.Error("a journal could not be folded", "node", n.id, "from", other, "error", err)
			s.fatal = err
		}
	})
}

func (s *server) seal(other string) (Tail, []StartKey, error) {
	journal := s.Engine.store.Journal()
	if err := journal.Seal(s.store, other); err != nil {
		return Tail{}, nil, err
	}
	tail, err := journal.Tail(s.store, other)
	if err != nil {
		return Tail{}, nil, err
	}
	if err := s.learnShapes(s.store); err != nil { // the other may have run what this one never saw
		return Tail{}, nil, err
	}
	ids, err := startsIn(tail)
	if err != nil || len(ids) == 0 {
		return tail, nil, err
	}
	keys, err := s.Engine.store.Instances().Keys(s.store, ids)
	return tail, keys, err
}

// drain writes what a sealed node left. If another was faster the checkpoint says so; the next
// look finds nothing to do.
func (s *server) drain(e drainOther) {
	c := e.Checkpoint
	err := s.Engine.store.Journal().Checkpoint(s.store, c)
	if err != nil {
		s.failed("a sealed node could not be drained; it will be tried again", c.Node, err)
		return
	}
	s.config.Logger.Info("took over a node", "node", s.node.id, "from", c.Node, "instances", len(c.Rows))
	s.tell(func(n *node, at time.Time) { n.drained(c.Node, e.Told, at) })
}

func (s *server) failed(text, other string, err error) {
	s.config.Logger.Error(text, "node", s.node.id, "from", other, "error", err)
	s.tell(func(n *node, _ time.Time) {
		n.takeoverFailed(other)
		if errors.Is(err, ErrFormat) {
			s.fatal = err
		}
	})
}

// leave seals this node's own journal and drains it. If that fails, whoever comes next does it.
func (s *server) leave(c Checkpoint) {
	err := s.Engine.store.Journal().Seal(s.store, c.Node)
	if err == nil {
		err = s.Engine.store.Journal().Checkpoint(s.store, c)
	}
	if err != nil {
		s.config.Logger.Warn("this node could not hand over; the next one will recover it", "node", c.Node, "error", err)
	}
	s.tell(func(n *node, _ time.Time) { n.left() })
}
