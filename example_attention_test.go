package saga_test

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Payout is the state that the steps share.
type Payout struct{ Cents int64 }

// When the attempts are used up and nobody knows, the instance needs attention: it says why, and
// nothing is guessed. The same Start again gives it a new budget and asks first.
func Example_attention() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var bankIsBack atomic.Bool
	payout := saga.Definition[Payout]{Name: "payout", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[Payout]{{
		Name: "pay", Kind: saga.Pivot,
		Action: func(context.Context, *Payout, saga.Attempt) error { return errors.New("connection reset") },
		Probe: func(context.Context, *Payout, saga.Attempt) error {
			if bankIsBack.Load() {
				fmt.Println("probe: it was paid the first time")
				return nil
			}
			return errors.New("connection refused")
		},
		Retry: saga.RetryPolicy{MaxAttempts: 3, Initial: time.Millisecond}, Replayable: true,
	}}}
	engine, err := saga.New(memory.Open(), nil, payout)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = payout.Start(ctx, engine, "p-9", Payout{Cents: 500})
	check(err)
	_, err = payout.Wait(ctx, engine, "p-9")
	var status *saga.StatusError
	if errors.As(err, &status) {
		fmt.Println(status.Instance.Status, "because it is", status.Instance.Reason)
	}

	bankIsBack.Store(true)
	_, err = payout.Start(ctx, engine, "p-9", Payout{Cents: 500})
	check(err)
	_, err = payout.Wait(ctx, engine, "p-9")
	fmt.Println("error:", err)

	// Output:
	// needs attention because it is in doubt
	// probe: it was paid the first time
	// error: <nil>
}
