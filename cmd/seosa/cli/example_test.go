package cli_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/cmd/seosa/layout"
	"github.com/seosa-dev/saga/sqlite"
)

// An order is in doubt. A person looks at what a retry would do, and does it; the engine of the
// program that has the file open makes it.
func Example() {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	dir, err := os.MkdirTemp("", "seosa")
	check(err)
	defer os.RemoveAll(dir)
	file := filepath.Join(dir, "sagas.db")
	store, err := sqlite.Open(ctx, file)
	check(err)
	defer store.Close()

	var bankIsBack atomic.Bool
	bank := func(context.Context, *payout, saga.Attempt) error {
		if bankIsBack.Load() {
			return nil
		}
		return errors.New("connection reset")
	}
	d := saga.Definition[payout]{Name: "payout", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[payout]{{
		Name: "pay", Kind: saga.Pivot, Action: bank, Probe: bank, Fence: bank, Replayable: true,
		Retry: saga.RetryPolicy{MaxAttempts: 2, Initial: time.Millisecond},
	}}}
	engine, err := saga.New(store, nil, d)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	_, err = d.Start(ctx, engine, "p-9", payout{Cents: 500})
	check(err)
	_, err = d.Wait(ctx, engine, "p-9")
	fmt.Println(err)
	check(written(ctx, engine, saga.NeedsAttention))

	seosa := func(args ...string) {
		c := cli.Command{Open: visit, Out: layout.Screen{Writer: os.Stdout}, Err: layout.Screen{Writer: os.Stdout}, Store: file, User: "lee"}
		fmt.Printf("\n$ seosa %q\n", args)
		fmt.Println("exit code", c.Run(ctx, args))
	}
	bankIsBack.Store(true)
	seosa("retry", "p-9", "-reason", "the bank is back", "-dry-run")
	seosa("retry", "p-9", "-reason", "the bank is back")
	_, err = d.Wait(ctx, engine, "p-9")
	fmt.Println("\nerror:", err)
	stop()
	check(<-ended)

	// Output:
	// saga payout p-9: needs attention (in doubt): connection reset
	//
	// $ seosa ["retry" "p-9" "-reason" "the bank is back" "-dry-run"]
	// p-9  attention: in doubt → running
	//     1       probe   pay  p-9/pay
	//       if not so far:
	//       1a.1  action  pay  p-9/pay
	//       if it never will: no call follows
	//
	// 1 intervention: 1 would be made, 0 refused. Nothing was done.
	// exit code 0
	//
	// $ seosa ["retry" "p-9" "-reason" "the bank is back"]
	// p-9  → running
	//
	// 1 intervention: 1 made.
	// exit code 0
	//
	// error: <nil>
}

// payout is the state of the example's saga.
type payout struct{ Cents int64 }

// written waits until a row says that an instance stands so: rows are written a moment behind.
func written(ctx context.Context, engine *saga.Engine, status saga.Status) error {
	for {
		counts, err := engine.Count(ctx)
		if err != nil || counts[status] > 0 {
			return err
		}
		select {
		case <-time.After(time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
