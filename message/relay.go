package message

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"time"
)

// leaveGrace is how long publishes under way may take to notice that the relay stops.
const leaveGrace = time.Second

var errRunning = errors.New("message: this relay is running already; call Run once, and again only after it has returned")

// Relay carries messages from a [Queue] to a [Publisher]: at least once, in order per key, with
// keys that do not wait for each other. Several relays may share an outbox, in one process or in
// many, as far as its queue's claims reach; they need no leader. Get one from [NewRelay]; its methods
// are safe for concurrent use.
type Relay struct {
	queue     Queue
	publisher Publisher
	config    RelayConfig
	wake      chan struct{}
	running   atomic.Bool
}

// NewRelay returns a relay that does nothing until Run. config may be nil.
func NewRelay(q Queue, p Publisher, config *RelayConfig) *Relay {
	_, waker := q.(Waker)
	return &Relay{queue: q, publisher: p, config: config.withDefaults(waker), wake: make(chan struct{}, 1)}
}

// Wake makes a running relay look into the queue at once. Call it after a commit that appended, and
// after a redrive or a discard. It never blocks, and ends neither the pause while nobody is there
// nor the wait of a row that failed. Without it, and if the queue is no [Waker], a message waits for
// the next poll.
func (r *Relay) Wake() {
	select {
	case r.wake <- struct{}{}:
	default: // it is about to look anyway
	}
}

// Run relays until ctx ends, and then returns nil. Publishes that are under way get a ctx that ends
// with it and a second to return; what they delivered is recorded, what they did not is given back
// as it was. A publisher that does not return by then is left behind, and its row comes again when
// the claim has run out; so do the rows of a relay that is killed. Errors of the queue are logged
// and tried again with backoff. Run returns an error only, and at once, if the relay is running
// already.
func (r *Relay) Run(ctx context.Context) error {
	if !r.running.CompareAndSwap(false, true) {
		return errRunning
	}
	defer r.running.Store(false)
	if w, ok := r.queue.(Waker); ok {
		listening, stop := context.WithCancel(ctx)
		var listener sync.WaitGroup
		listener.Go(func() { w.Wake(listening, r.Wake) })
		defer listener.Wait()
		defer stop()
	}
	t := &transfer{Relay: r, busy: map[string]Row{}, done: make(chan delivery, r.config.Batch)}
	timer := time.NewTimer(0)
	defer timer.Stop()
	for {
		select {
		case <-ctx.Done():
			t.leave(ctx)
			return nil
		case d := <-t.done:
			t.took(ctx, d)
			t.tookAll(ctx)
		case <-r.wake:
		case <-timer.C:
		}
		t.turn(ctx, time.Now())
		timer.Reset(time.Until(t.next()))
	}
}
