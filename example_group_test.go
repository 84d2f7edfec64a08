package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Voyage is the state; each branch of the group changes a field of its own.
type Voyage struct{ Flight, Hotel string }

// The branches of a parallel group are called at once, and what follows waits for all. The hotel
// refuses: the flight, whose call is under way, is let settle and then undone.
func Example_parallel() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	full := make(chan struct{})
	voyage := saga.Definition[Voyage]{
		Name: "voyage", Version: 1,
		Steps: []saga.Step[Voyage]{
			{Name: "book", Parallel: true, Steps: []saga.Step[Voyage]{
				{Name: "flight", Action: func(_ context.Context, v *Voyage, a saga.Attempt) error {
					<-full // it answers after the hotel has
					v.Flight = "KE 17"
					return nil
				}, Compensation: func(_ context.Context, v *Voyage, a saga.Attempt) error {
					fmt.Println("cancel", v.Flight, "as", a.Key)
					return nil
				}},
				{Name: "hotel", Action: func(_ context.Context, v *Voyage, a saga.Attempt) error {
					close(full)
					return fmt.Errorf("%w: no room", saga.Refused)
				}, Compensation: func(context.Context, *Voyage, saga.Attempt) error {
					return errors.New("nobody undoes what never was")
				}},
			}},
			{Name: "pay", Kind: saga.Pivot, Action: func(context.Context, *Voyage, saga.Attempt) error {
				return errors.New("nobody pays for half a voyage")
			}},
		},
	}
	engine, err := saga.New(memory.Open(), nil, voyage)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = voyage.Start(ctx, engine, "v-1", Voyage{})
	check(err)
	_, err = voyage.Wait(ctx, engine, "v-1")
	fmt.Println(err)
	in, err := engine.Get(ctx, "v-1")
	check(err)
	for _, st := range in.Steps {
		fmt.Printf("%s: %s\n", st.Name, st.Mark)
	}

	// Output:
	// cancel KE 17 as v-1/book.flight~undo
	// saga voyage v-1: compensated: refused: no room
	// book.flight: taken back
	// book.hotel: never done
	// pay: not started
}
