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
// On a transaction of yours (see [Starter]) it returns at once, and the instance is durable when and
// if the transaction commits. It attaches there too, but gives no new budget. Never wait inside such
// a transaction for what it has started, or start the same id on an engine there: nobody else can see
// the instance before the commit.
//
// The error matches [ErrConflict] if the id belongs to another input or definition, [ErrTooLarge],
// [ErrInvalid], and [NotDone] if nothing was started and trying again is all there is to do; so it is
// while another transaction that started the id stays open. It matches [Unknown] if ctx ended before
// the answer: the instance may exist, and the same Start again tells.
func (d Definition[S]) Start(ctx context.Context, on Starter, id string, s S) (Instance, error) {
	return on.StartInstance(ctx, Beginning{definition: d, id: id, input: &s})
}

// StartInstance implements [Starter]; call [Definition.Start].
func (e *Engine) StartInstance(ctx context.Context, b Beginning) (Instance, error) {
	p, err := b.planned(e.plans)
	if err != nil {
		return Instance{}, err
	}
	state, hash, err := p.encode(b.input, e.config.StateLimit)
	if err != nil {
		return Instance{}, fmt.Errorf("start of %s: %w", b.id, err)
	}
	for held := (patience{}); ; {
		in, err := e.start(ctx, &startRequest{ID: b.id, Key: p.key(), Hash: hash, State: state, answer: make(chan startAnswer, 1)})
		switch {
		case errors.Is(err, ErrSealed): // this node rejoins under a new incarnation, and a start is safe to repeat
		case errors.Is(err, errHeld) && held.wait(ctx):
		default:
			return in, err
		}
	}
}

// errHeld is a start whose id a transaction of somebody's holds that has not ended.
var errHeld = errors.New("a transaction that is still open has started the id")

// patience is how a start waits for such a transaction: a second and a half altogether. Each try costs
// an entry in the journal, so they become rare.
type patience struct{ tries int }

// wait is false if there is no more of it.
func (p *patience) wait(ctx context.Context) bool {
	if p.tries++; p.tries > 8 {
		return false
	}
	t := time.NewTimer(time.Duration(1<<p.tries) * 3 * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
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
