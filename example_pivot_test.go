package saga_test

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Contract is the state that the steps share.
type Contract struct{ Signed bool }

// The pivot is the point of no return: until it took effect the saga may turn back, and from then
// on the steps must finish. A refusal there is tried anew, under the key of a new round.
func Example_pivot() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	nothing := func(context.Context, *Contract, saga.Attempt) error { return nil }
	sign := saga.Definition[Contract]{Name: "sign", Version: 1, Steps: []saga.Step[Contract]{
		{Name: "draft", Action: nothing, Compensation: nothing},
		{Name: "sign", Kind: saga.Pivot, Action: func(_ context.Context, c *Contract, _ saga.Attempt) error {
			c.Signed = true
			return nil
		}},
		{Name: "announce", Kind: saga.Retriable, Action: func(_ context.Context, _ *Contract, a saga.Attempt) error {
			fmt.Println("announce with key", a.Key)
			if a.Key.Round < 2 {
				return fmt.Errorf("%w: the office is closed", saga.Refused)
			}
			return nil
		}},
	}}
	engine, err := saga.New(memory.Open(), nil, sign)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = sign.Start(ctx, engine, "c-7", Contract{})
	check(err)
	c, err := sign.Wait(ctx, engine, "c-7")
	fmt.Println("signed:", c.Signed, "error:", err)

	// Output:
	// announce with key c-7/announce
	// announce with key c-7/announce~1
	// announce with key c-7/announce~2
	// signed: true error: <nil>
}
