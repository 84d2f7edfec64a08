package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Refund is the state that the steps share.
type Refund struct{ Receipt string }

// Nobody knows whether the bank paid, and it does not say. A person looks into the bank's books and
// settles the step on their word, after seeing what would follow.
func Example_operate() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	refund := saga.Definition[Refund]{Name: "refund", Version: 1, Steps: []saga.Step[Refund]{{
		Name:         "pay",
		Action:       func(context.Context, *Refund, saga.Attempt) error { return errors.New("connection reset") },
		Compensation: func(context.Context, *Refund, saga.Attempt) error { return nil },
		Retry:        saga.RetryPolicy{MaxAttempts: 2, Initial: time.Millisecond},
	}, {
		Name: "mail", Kind: saga.Retriable,
		Action: func(_ context.Context, r *Refund, _ saga.Attempt) error {
			fmt.Println("mail: your receipt is", r.Receipt)
			return nil
		},
	}}}
	store := memory.Open()
	engine, err := saga.New(store, nil, refund)
	check(err)
	go func() { check(engine.Run(ctx)) }()
	_, err = refund.Start(ctx, engine, "r-7", Refund{})
	check(err)
	_, err = refund.Wait(ctx, engine, "r-7")
	fmt.Println(err)
	check(waitForRow(ctx, engine, "r-7"))

	desk, err := saga.New(store, nil) // a tool: no definitions, and nothing runs
	check(err)
	preview, err := desk.Preview(ctx, saga.Intervention{
		Verb: saga.Resolve, Outcome: saga.Succeeded, By: "kim", Reason: "the bank's books have it",
		Filter: saga.Filter{IDs: []string{"r-7"}}, Set: map[string]json.RawMessage{"Receipt": []byte(`"88-1234"`)},
	})
	check(err)
	for _, call := range preview.Effects[0].Calls {
		fmt.Println("would call:", call.Call, call.Key)
	}
	results, err := desk.Apply(ctx, preview)
	check(err)
	_, err = refund.Wait(ctx, engine, "r-7")
	fmt.Println("made:", results[0].Err == nil, "error:", err)

	// Output:
	// saga refund r-7: needs attention (in doubt): connection reset
	// would call: action r-7/mail
	// mail: your receipt is 88-1234
	// made: true error: <nil>
}

// waitForRow waits until people can see the attention that the engine knows of: rows follow the
// journal by a moment.
func waitForRow(ctx context.Context, e *saga.Engine, id string) error {
	for {
		found, err := e.Find(ctx, saga.Filter{IDs: []string{id}, Reason: saga.InDoubt})
		if err != nil || len(found) > 0 {
			return err
		}
	}
}
