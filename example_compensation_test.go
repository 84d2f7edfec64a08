package saga_test

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Basket is the state that the steps share.
type Basket struct{ Reserved, Charged int }

// A refusal turns the saga back: what took effect is undone, the latest first.
func Example_compensation() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	buy := saga.Definition[Basket]{Name: "buy", Version: 1, Steps: []saga.Step[Basket]{{
		Name: "reserve",
		Action: func(_ context.Context, b *Basket, _ saga.Attempt) error {
			b.Reserved = 2
			return nil
		},
		Compensation: func(_ context.Context, b *Basket, _ saga.Attempt) error {
			fmt.Println("put back", b.Reserved)
			return nil
		},
	}, {
		Name: "charge",
		Action: func(_ context.Context, b *Basket, _ saga.Attempt) error {
			b.Charged = 500
			return nil
		},
		Compensation: func(_ context.Context, b *Basket, _ saga.Attempt) error {
			fmt.Println("pay back", b.Charged)
			return nil
		},
	}, {
		Name: "ship",
		Action: func(context.Context, *Basket, saga.Attempt) error {
			return fmt.Errorf("%w: no courier goes there", saga.Refused)
		},
		Compensation: func(context.Context, *Basket, saga.Attempt) error {
			fmt.Println("never called: nothing was shipped")
			return nil
		},
	}}}
	engine, err := saga.New(memory.Open(), nil, buy)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = buy.Start(ctx, engine, "order-1", Basket{})
	check(err)
	_, err = buy.Wait(ctx, engine, "order-1")
	fmt.Println(err)

	// Output:
	// pay back 500
	// put back 2
	// saga buy order-1: compensated: refused: no courier goes there
}
