package saga

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"
)

// Deliver hands in replies, for instances that any engine holds. When it returns nil, all of them are
// durable, and each is heard once an engine takes it up: it settles its step, or is kept until its
// step has come so far, or has come too late ([ErrLate]). What settled something, or is kept, is in the
// history; what became of the others is told by [Engine.Sent] for a day at least. One that is
// delivered twice settles once.
//
// If the error is not nil, none of them was taken in, or nobody knows: deliver all again. It matches
// [ErrInvalid] if a reply cannot be one, and [ErrNotFound] if an instance was never started. Those
// are about the caller's message, and repeating them is of no use.
func (e *Engine) Deliver(ctx context.Context, replies ...Reply) error {
	if len(replies) == 0 {
		return nil
	}
	commands, err := commandsOf(replies, e.config.StateLimit)
	if err != nil {
		return err
	}
	if err := e.stepsExist(ctx, replies); err != nil {
		return err
	}
	s, elsewhere := e.serves(), commands
	s.offer(func(n *node, _ time.Time) { elsewhere = n.notHeld(commands) })
	if len(elsewhere) > 0 {
		if err := started(ctx, e.store.Instances(), elsewhere); err != nil {
			return err
		}
	}
	rest, heard := s.hear(commands)
	if err := e.sendReplies(ctx, rest); err != nil {
		return err
	}
	return e.sendReplies(ctx, s.unheard(ctx, heard))
}

// stepsExist refuses replies for a step that no definition has, here or in the store: it is misspelt,
// and would be answered long after its sender could hear of it.
func (e *Engine) stepsExist(ctx context.Context, replies []Reply) error {
	unknown := func() string {
		shapes := e.knownShapes()
		for i := range replies {
			if !anyHas(shapes, replies[i].Key.Step) {
				return replies[i].Key.Step
			}
		}
		return ""
	}
	if unknown() == "" {
		return nil
	}
	if err := e.learnShapes(ctx); err != nil && !errors.Is(err, ErrFormat) {
		return fmt.Errorf("deliver: %w", err)
	}
	if step := unknown(); step != "" {
		return fmt.Errorf("deliver: %w: no definition has a step %q; correct the reply, or the fact that stands for it", ErrInvalid, step)
	}
	return nil
}

func anyHas(shapes map[shapeKey]*Shape, step string) bool {
	for _, sh := range shapes {
		if slices.ContainsFunc(sh.Steps, func(st StepShape) bool { return st.Name == step }) {
			return true
		}
	}
	return false
}

// sendReplies stores replies for whoever holds their instances.
func (e *Engine) sendReplies(ctx context.Context, commands []Command) error {
	if len(commands) == 0 {
		return nil
	}
	if err := e.store.Instances().Send(ctx, commands); err != nil {
		return fmt.Errorf("deliver: %w", err)
	}
	e.serves().offer(func(n *node, at time.Time) { n.handed(commands, at) })
	return nil
}

// serves is what serves now; nil if nothing does.
func (e *Engine) serves() *server {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.server
}

// longestHearing is how long a reply may take to settle its step before it is stored by itself, so
// that whoever delivers it need not wait for a function that hangs.
const longestHearing = 100 * time.Millisecond

// hear lets instances that are held here hear replies at once, and returns the others.
func (s *server) hear(commands []Command) (rest []Command, heard []*directReply) {
	if s == nil {
		return commands, nil
	}
	if !s.offer(func(n *node, at time.Time) { rest, heard = n.takeReplies(commands, at) }) {
		return commands, nil
	}
	return rest, heard
}

// unheard waits until replies have settled something durably, and returns those that did not, or of
// which nobody knows in time.
func (s *server) unheard(ctx context.Context, replies []*directReply) (rest []Command) {
	if len(replies) == 0 {
		return nil
	}
	late := time.NewTimer(longestHearing)
	defer late.Stop()
	over := false
	for _, d := range replies {
		if over {
			rest = append(rest, s.recall(d)...)
			continue
		}
		select {
		case done := <-d.told:
			if !done {
				rest = append(rest, d.Command)
			}
			continue
		case <-late.C:
		case <-s.done:
		case <-ctx.Done():
		}
		over = true
		rest = append(rest, s.recall(d)...)
	}
	return rest
}

// recall takes a reply back, unless it has settled something by now. If it settles something yet, its
// row is answered by that.
func (s *server) recall(d *directReply) []Command {
	s.offer(func(n *node, _ time.Time) { delete(n.direct, d.Command.ID) })
	select {
	case done := <-d.told:
		if done {
			return nil
		}
	default:
	}
	return []Command{d.Command}
}
