package participant

import (
	"context"
	"errors"
	"sync"

	"github.com/seosa-dev/saga"
)

// Deliverer takes replies; a [*saga.Engine] is one.
type Deliverer interface {
	// Deliver makes all replies durable, or none of them if it returns an error.
	Deliver(ctx context.Context, replies ...saga.Reply) error
}

var errLeft = errors.New("participant: the delivery of replies ended without a result; deliver again")

// gatherer lets replies that come while others are being delivered share the next call, so that one
// transaction takes all of them.
type gatherer struct {
	to   Deliverer
	turn chan struct{} // held by whoever delivers
	mu   sync.Mutex
	open *batch // those that are to come next; nil if there are none
}

type batch struct {
	replies []saga.Reply
	errs    []error // of each, when it is done
	done    chan struct{}
}

func newGatherer(to Deliverer) *gatherer { return &gatherer{to: to, turn: make(chan struct{}, 1)} }

// deliver returns when the reply is durable, or was not taken, or ctx has ended.
func (g *gatherer) deliver(ctx context.Context, r saga.Reply) error {
	b, i := g.join(r)
	select {
	case g.turn <- struct{}{}:
		g.serve(ctx, b)
	case <-b.done:
	case <-ctx.Done():
		return ctx.Err()
	}
	<-b.done // by whoever served it
	return b.errs[i]
}

func (g *gatherer) join(r saga.Reply) (b *batch, i int) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.open == nil {
		g.open = &batch{done: make(chan struct{})}
	}
	b = g.open
	b.replies = append(b.replies, r)
	return b, len(b.replies) - 1
}

// serve delivers a batch for all who are in it, unless another one of them did. It gives the turn back.
func (g *gatherer) serve(ctx context.Context, b *batch) {
	defer func() { <-g.turn }()
	g.mu.Lock()
	mine := g.open == b
	if mine {
		g.open = nil
	}
	g.mu.Unlock()
	if !mine {
		return
	}
	defer close(b.done) // also when Deliver panics
	b.errs = make([]error, len(b.replies))
	for i := range b.errs {
		b.errs[i] = errLeft
	}
	err := g.to.Deliver(ctx, b.replies...)
	for i := range b.errs {
		if cannotBe(err) && len(b.errs) > 1 { // of one of them, which must not keep the others
			b.errs[i] = g.to.Deliver(ctx, b.replies[i])
			continue
		}
		b.errs[i] = err
	}
}
