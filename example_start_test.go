package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Signup is the input, and the state that the steps share.
type Signup struct{ Email, Plan string }

// The same start gives the same instance, whether it runs or has ended, so a client that is not
// sure repeats it. Another input under the same id is an error.
func ExampleDefinition_Start() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	signup := saga.Definition[Signup]{Name: "signup", Version: 1, Steps: []saga.Step[Signup]{{
		Name: "welcome", Kind: saga.Retriable,
		Action: func(_ context.Context, s *Signup, _ saga.Attempt) error {
			fmt.Println("welcome", s.Email)
			return nil
		},
	}}}
	engine, err := saga.New(memory.Open(), nil, signup)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = signup.Start(ctx, engine, "kim", Signup{Email: "kim@example.com", Plan: "free"})
	check(err)
	_, err = signup.Wait(ctx, engine, "kim")
	check(err)

	again, err := signup.Start(ctx, engine, "kim", Signup{Email: "kim@example.com", Plan: "free"})
	fmt.Println("again:", again.Status, err)
	_, err = signup.Start(ctx, engine, "kim", Signup{Email: "kim@example.com", Plan: "gold"})
	fmt.Println("another input:", errors.Is(err, saga.ErrConflict))

	// Output:
	// welcome kim@example.com
	// again: completed <nil>
	// another input: true
}
