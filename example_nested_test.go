package saga_test

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Charge is the state of a saga that others use.
type Charge struct {
	Account string
	Held    string
}

// Sale is a saga that charges two accounts, each in a field of its own.
type Sale struct {
	Item          string
	Buyer, Seller Charge
}

// chargeSteps is a saga of its own, over its own state.
func chargeSteps() []saga.Step[Charge] {
	return []saga.Step[Charge]{
		{Name: "hold", Action: func(_ context.Context, c *Charge, a saga.Attempt) error {
			if c.Account == "empty" {
				return fmt.Errorf("%w: no money", saga.Refused)
			}
			c.Held = a.Key.String()
			fmt.Println("hold", c.Held)
			return nil
		}, Compensation: func(_ context.Context, c *Charge, a saga.Attempt) error {
			fmt.Println("release", c.Held)
			return nil
		}},
	}
}

// Nest makes a saga a group of steps of another. Its end is the group's outcome, and what undoes it are
// its own compensations.
func Example_nested() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	sale := saga.Definition[Sale]{
		Name: "sale", Version: 1,
		Steps: []saga.Step[Sale]{
			{Name: "buyer", Steps: saga.Nest(func(s *Sale) *Charge { return &s.Buyer }, chargeSteps()...)},
			{Name: "seller", Steps: saga.Nest(func(s *Sale) *Charge { return &s.Seller }, chargeSteps()...)},
		},
	}
	engine, err := saga.New(memory.Open(), nil, sale)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = sale.Start(ctx, engine, "s-1", Sale{Item: "lamp", Buyer: Charge{Account: "kim"}, Seller: Charge{Account: "empty"}})
	check(err)
	_, err = sale.Wait(ctx, engine, "s-1")
	fmt.Println(err)

	// Output:
	// hold s-1/buyer.hold
	// release s-1/buyer.hold
	// saga sale s-1: compensated: refused: no money
}
