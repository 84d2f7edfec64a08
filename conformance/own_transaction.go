package conformance

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// Office is a service whose orders, ledger and sagas are in one database, as the test of a driver gives it
// to [TestOwnTransaction].
type Office interface {
	// Store opens the store on the tables of sagas, and another one at each call. If only one may be
	// open, it is the same each time. One that is no [saga.Waker] has its engine woken after a commit.
	Store(t testing.TB) saga.Store
	// Change runs fn in a transaction, which is rolled back if fn returns an error.
	Change(ctx context.Context, fn func(ctx context.Context, tx Desk) error) error
	// Func is the driver's local step over such a transaction.
	Func(fn func(ctx context.Context, tx Desk, r *Refund, a saga.Attempt) error) saga.Func[Refund]
	// Orders counts the orders.
	Orders(ctx context.Context) (int, error)
}

// Desk is a transaction of an [Office]: the driver's Bound, and what the service writes.
type Desk interface {
	saga.Starter
	Deliver(ctx context.Context, replies ...saga.Reply) error
	// Order adds an order. If there is one with its id, the statement fails.
	Order(ctx context.Context, id string) error
	// Cancel removes an order.
	Cancel(ctx context.Context, id string) error
}

// Refund is the state of an [Office]'s sagas.
type Refund struct {
	Order string
	Said  string `json:",omitempty"`
}

// TestOwnTransaction runs every check of sagas that are started, answered and done in a service's own
// transactions as a parallel subtest of t, with engines on the driver's store. Open returns an office
// without orders each time it is called and cleans up by t.Cleanup; it is called from several goroutines at
// once.
func TestOwnTransaction(t *testing.T, open func(t testing.TB) Office) {
	for _, c := range officeChecks() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			of := open(t)
			ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
			t.Cleanup(cancel)
			c.run(&office{TB: t, Office: of, ctx: ctx, store: of.Store(t), paid: map[string]int{}, told: map[string][]saga.Event{}})
		})
	}
}

type officeCheck struct {
	name string
	run  func(o *office)
}

// office is what a check of own transactions works with.
type office struct {
	testing.TB
	Office
	ctx    context.Context // ends the check if a saga does not end
	store  saga.Store
	engine *saga.Engine // the first that runs

	mu   sync.Mutex
	paid map[string]int
	told map[string][]saga.Event
}

func (o *office) must(err error) {
	o.Helper()
	if err != nil {
		o.Fatal(err)
	}
}

// refused wants an error that matches target.
func (o *office) refused(what string, err, target error) {
	o.Helper()
	if !errors.Is(err, target) {
		o.Errorf("%s: got error %v, want one that matches %q", what, err, target)
	}
}

func (o *office) refund() saga.Definition[Refund] {
	return saga.Definition[Refund]{Name: "refund", Version: 1, Steps: []saga.Step[Refund]{{
		Name: "pay back", Kind: saga.Pivot, Replayable: true,
		Action: func(_ context.Context, _ *Refund, a saga.Attempt) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.paid[a.Key.Instance]++
			return nil
		},
	}}}
}

// approve is a saga that waits for a reply.
func approve() saga.Definition[Refund] {
	return saga.Definition[Refund]{Name: "approve", Version: 1, Steps: []saga.Step[Refund]{{
		Name: "ask", Kind: saga.ReadOnly, ReplyTimeout: time.Hour,
		Action: func(context.Context, *Refund, saga.Attempt) error { return saga.Pending },
		Reply:  func(r *Refund, said saga.Reply) error { return json.Unmarshal(said.Data, &r.Said) },
	}}}
}

// run runs an engine until the check ends.
func (o *office) run(store saga.Store, definitions ...saga.AnyDefinition) *saga.Engine {
	o.Helper()
	engine, err := saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler), Observe: func(ev saga.Event) {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.told[ev.Instance] = append(o.told[ev.Instance], ev)
	}}, definitions...)
	o.must(err)
	ctx, stop := context.WithCancel(context.WithoutCancel(o.ctx))
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	o.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			o.Errorf("the engine ended with %v", err)
		}
	})
	if o.engine == nil {
		o.engine = engine
	}
	return engine
}

// change wakes an engine that does not hear of commits.
func (o *office) change(fn func(ctx context.Context, tx Desk) error) error {
	err := o.Change(o.ctx, fn)
	if _, hears := o.store.(saga.Waker); !hears && o.engine != nil {
		o.engine.Wake()
	}
	return err
}

// order takes an order and starts its refund in one transaction, which then may be rolled back.
func (o *office) order(id string, then error) (in saga.Instance, err error) {
	err = o.change(func(ctx context.Context, tx Desk) error {
		if err := tx.Order(ctx, id); err != nil {
			return err
		}
		in, err = o.refund().Start(ctx, tx, id, Refund{Order: id})
		return errors.Join(err, then)
	})
	return in, err
}

// until waits for what an engine does, a minute at most.
func (o *office) until(what string, holds func() bool) {
	o.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	late := time.After(time.Minute)
	for !holds() {
		select {
		case <-tick.C:
		case <-late:
			o.Fatalf("waited a minute until %s", what)
		}
	}
}

// once wants these to be completed and paid once, and an observer to have heard what their history has.
func (o *office) once(ids ...string) {
	o.Helper()
	for _, id := range ids {
		_, err := o.refund().Wait(o.ctx, o.engine, id)
		o.must(err)
		var told, events []saga.Event
		paid := 0
		o.until("all of "+id+" is observed", func() bool {
			events, _ = o.engine.History(o.ctx, id) // it is written behind
			o.mu.Lock()
			defer o.mu.Unlock()
			told, paid = slices.Clone(o.told[id]), o.paid[id]
			return len(events) > 1 && len(told) >= len(events)
		})
		if paid != 1 || fmt.Sprint(told) != fmt.Sprint(events) {
			o.Errorf("%s was paid back %d times; observed\n  %+v\nin the history\n  %+v", id, paid, told, events)
		}
	}
}

func (o *office) orders(want int) {
	o.Helper()
	if n, err := o.Orders(o.ctx); err != nil || n != want {
		o.Errorf("there are %d orders, error %v; want %d", n, err, want)
	}
}
