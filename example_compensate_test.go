package saga_test

import (
	"context"
	"fmt"
	"log"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Rental is the state of the saga of this example.
type Rental struct{ Car string }

// Promise: a saga can be called off as long as it can be undone. What took effect is taken back in
// reverse, a timer or a wait for a reply is cut short, and who wanted it and why stands in the history.
func ExampleEngine_Compensate() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	reserved := make(chan struct{})
	rental := saga.Definition[Rental]{
		Name: "rental", Version: 1,
		Steps: []saga.Step[Rental]{
			{
				Name: "reserve",
				Action: func(_ context.Context, r *Rental, _ saga.Attempt) error {
					fmt.Println("reserve", r.Car)
					close(reserved)
					return nil
				},
				Compensation: func(_ context.Context, r *Rental, _ saga.Attempt) error {
					fmt.Println("release", r.Car)
					return nil
				},
			},
			{Name: "until pick-up", Sleep: func(Rental) time.Duration { return 14 * 24 * time.Hour }},
			{Name: "charge", Kind: saga.Pivot, Action: func(context.Context, *Rental, saga.Attempt) error {
				fmt.Println("charge")
				return nil
			}},
		},
	}
	engine, err := saga.New(memory.Open(), nil, rental)
	if err != nil {
		log.Fatal(err)
	}
	go func() { _ = engine.Run(ctx) }()

	if _, err := rental.Start(ctx, engine, "r-1", Rental{Car: "Pony"}); err != nil {
		log.Fatal(err)
	}
	<-reserved
	if err := engine.Compensate(ctx, "r-1", "kim", "found a lift"); err != nil {
		log.Fatal(err)
	}
	_, err = rental.Wait(ctx, engine, "r-1")
	fmt.Println(err)

	// Output:
	// reserve Pony
	// release Pony
	// saga rental r-1: compensated: kim turned it back: found a lift
}
