package saga

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"
)

// Compensate turns an instance back for a program, as the verb [Compensate] does for a person: what took
// effect is undone in reverse, and what nobody knows is settled first. by and reason go into the
// history, and into the error with which it ends. It does not matter which process holds the instance, and it may have been
// started a moment ago; a call that is under way is waited for.
//
// When it returns nil, the instance goes back, durably, or had ended without effect or was going back
// already; [Definition.Wait] waits for its end. Other errors match [ErrNotFound] if there is no such
// instance; [ErrInvalid] if by or reason is missing, or if it is too late: the instance has completed
// or is past its point of no return, as the text says; [ErrWaiting] if no engine took it up before ctx
// ended: it is stored, and made as soon as one does.
func (e *Engine) Compensate(ctx context.Context, id, by, reason string) error {
	i := Intervention{Verb: Compensate, By: by, Reason: reason}
	c, err := i.command(&Effect{Instance: Instance{ID: id}}, rand.Text(), now())
	if err != nil {
		return err
	}
	commands := []Command{c}
	switch err := post(ctx, e.store.Instances(), commands); {
	case errors.Is(err, ErrNotFound):
		return fmt.Errorf("compensate: %w: no instance %q was ever started here; correct the id, or ask the store that has it", ErrNotFound, id)
	case err != nil:
		return fmt.Errorf("compensate: %w", err)
	}
	e.serves().offer(func(n *node, at time.Time) { n.handed(commands, at) })
	results := []Result{{ID: id, Err: waiting(Compensate, id)}}
	if err := e.await(ctx, results, map[string]int{c.ID: 0}); err != nil {
		return fmt.Errorf("compensate: %w", err)
	}
	err = results[0].Err
	if !errors.Is(err, ErrInvalid) && !errors.Is(err, ErrMoved) {
		return err
	}
	in, unread := e.Get(ctx, id)
	switch {
	case unread != nil:
		return err
	case in.Back || in.Status == Compensated || in.Status == Failed:
		return nil // somebody else, or its own refusal, was faster
	case in.Status == Completed:
		return fmt.Errorf("%w: %s has completed; what it did can be undone by a saga of its own only", ErrInvalid, id)
	}
	return err
}
