package saga_test

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Seat is the state that the steps share.
type Seat struct{ Number string }

// A deadline never ends a saga with effects outstanding. Here it passes while nobody knows whether
// the card was charged: the fence finds out, and forbids that the lost request is carried out
// later. Only then is the seat given back.
func Example_fence() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	silent := func(context.Context, *Seat, saga.Attempt) error { return errors.New("no answer") }
	book := saga.Definition[Seat]{
		Name: "book", Version: 1, Deadline: time.Second,
		Steps: []saga.Step[Seat]{{
			Name:   "hold",
			Action: func(context.Context, *Seat, saga.Attempt) error { return nil },
			Compensation: func(_ context.Context, s *Seat, _ saga.Attempt) error {
				fmt.Println("give back seat", s.Number)
				return nil
			},
		}, {
			Name: "charge", Action: silent, Compensation: silent, Probe: silent,
			Fence: func(_ context.Context, _ *Seat, a saga.Attempt) error {
				fmt.Println("fence", a.Key)
				return fmt.Errorf("%w: not charged, and never will be", saga.Refused)
			},
			Retry: saga.RetryPolicy{Initial: time.Minute, Max: time.Minute}, // the deadline comes first
		}},
	}
	engine, err := saga.New(memory.Open(), &saga.Config{Timeout: 100 * time.Millisecond}, book)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = book.Start(ctx, engine, "b-3", Seat{Number: "12A"})
	check(err)
	_, err = book.Wait(ctx, engine, "b-3")
	fmt.Println(err)

	// Output:
	// fence b-3/charge
	// give back seat 12A
	// saga book b-3: compensated: the deadline passed
}
