package saga

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type startAnswer struct {
	instance *instance
	err      error
}

// Start begins an instance under an id of your choosing and returns once it is durable: from then
// on it reaches an end or needs attention, whatever is killed. Starting the same id with the same
// input again attaches to the running or ended instance, and gives one that needs attention a new
// budget, asking first about what is unknown. So Start is safe to repeat. Inputs are compared as
// JSON without fields of zero value, so a field that a later version of S adds does not matter, and
// a zero equals its absence.
//
// The error matches [ErrConflict] if the id belongs to another input or definition, [ErrTooLarge],
// [ErrInvalid], and [NotDone] if nothing was started and trying again is all there is to do. It
// matches [Unknown] if ctx ended before the answer: the instance may exist, and the same Start
// again tells.
func (d Definition[S]) Start(ctx context.Context, e *Engine, id string, s S) (Instance, error) {
	p := e.plans[shapeKey{d.Name, d.Version}]
	switch {
	case p == nil:
		return Instance{}, fmt.Errorf("%w: definition %q version %d is not registered; pass it to New", ErrInvalid, d.Name, d.Version)
	case !validID(id):
		return Instance{}, fmt.Errorf("%w: the id needs 1 to %d bytes of UTF-8 without control characters or space at an end", ErrInvalid, maxIDBytes)
	}
	state, hash, err := p.encode(&s, e.config.StateLimit)
	if err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w", id, err)
	}
	for {
		in, err := e.start(ctx, &startRequest{ID: id, Key: p.key(), Hash: hash, State: state, answer: make(chan startAnswer, 1)})
		if !errors.Is(err, ErrSealed) {
			return in, err
		} // this node rejoins under a new incarnation, and a start is safe to repeat
	}
}

func (e *Engine) start(ctx context.Context, req *startRequest) (Instance, error) {
	if err := e.send(ctx, func(n *node, at time.Time) { n.start(req, at) }); err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w: %w; start it again", req.ID, NotDone, err)
	}
	select {
	case a := <-req.answer:
		return e.show(a.instance, a.err)
	case <-ctx.Done():
		return Instance{}, e.cutOff(req.ID, context.Cause(ctx))
	case <-e.closed:
	}
	select {
	case a := <-req.answer:
		return e.show(a.instance, a.err)
	default:
		return Instance{}, e.cutOff(req.ID, e.whyClosed())
	}
}

func (e *Engine) show(in *instance, err error) (Instance, error) {
	if err != nil {
		return Instance{}, err
	}
	return in.public(e.shape(shapeKey{in.Definition, in.Version}), ""), nil
}

// cutOff is the honest answer to a caller who could not wait for it.
func (e *Engine) cutOff(id string, why error) error {
	return fmt.Errorf("start of %s was cut off: %w whether it is durable; start it again with the same id and input: %w",
		id, Unknown, both(why, e.trouble()))
}

// Wait returns the state of an instance that has ended or needs attention, when it does. The error
// is nil only if it completed; otherwise it is a [*StatusError], [ErrNotFound], or ctx's. It also
// returns, with [ErrClosed], when this engine's Run does; the instance then goes on elsewhere.
func (d Definition[S]) Wait(ctx context.Context, e *Engine, id string) (S, error) {
	var s S
	p := e.plans[shapeKey{d.Name, d.Version}]
	if p == nil {
		return s, fmt.Errorf("%w: definition %q version %d is not registered; pass it to New", ErrInvalid, d.Name, d.Version)
	}
	in, err := e.wait(ctx, id)
	if err != nil {
		return s, fmt.Errorf("wait for %s: %w", id, err)
	}
	if in.Definition == d.Name {
		state, err := p.codec.decode(in.State)
		if err != nil {
			return s, fmt.Errorf("wait for %s: %w", id, err)
		}
		s = *state.(*S)
	}
	switch {
	case in.Status != Completed:
		return s, &StatusError{in.public(e.shape(shapeKey{in.Definition, in.Version}), "")}
	case in.Definition != d.Name:
		return s, fmt.Errorf("wait for %s: %w: it is an instance of %q, not of %q", id, ErrInvalid, in.Definition, d.Name)
	}
	return s, nil
}
