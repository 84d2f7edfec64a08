package slogsaga_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/observe/slogsaga"
)

// Payment is the state of the saga.
type Payment struct{ Customer, Card string }

// One payment goes through and is no news. Of the other nobody knows, and a person is needed. The
// card's number is in the state, and not in the log.
func Example() {
	pay := saga.Definition[Payment]{Name: "payment", Version: 1, Steps: []saga.Step[Payment]{{
		Name: "charge", Kind: saga.Pivot, Retry: saga.RetryPolicy{MaxAttempts: 1},
		Action: func(_ context.Context, p *Payment, _ saga.Attempt) error {
			if p.Customer == "lee" {
				return errors.New("connection reset")
			}
			return nil
		},
	}}}
	log := slogsaga.New(slog.New(slog.NewTextHandler(os.Stdout, &slog.HandlerOptions{ReplaceAttr: still})))
	engine, err := saga.New(memory.Open(), &saga.Config{Observe: log.Observe, Measure: log.Measure}, pay)
	check(err)

	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- engine.Run(ctx) }()
	for _, customer := range []string{"kim", "lee"} {
		_, err = pay.Start(ctx, engine, "of-"+customer, Payment{customer, "5105 1051 0510 5100"})
		check(err)
		_, err = pay.Wait(ctx, engine, "of-"+customer)
		fmt.Println(customer+":", err)
	}
	stop()
	check(<-ended)

	// Unordered output:
	// kim: <nil>
	// lee: saga payment of-lee: needs attention (in doubt): connection reset
	// level=ERROR msg="a saga needs attention" instance=of-lee definition=payment version=1 seq=2 status="needs attention" reason="in doubt" step=charge call=action number=1 outcome=unknown error="connection reset"
}

// still leaves out what is different each time.
func still(_ []string, a slog.Attr) slog.Attr {
	if a.Key == slog.TimeKey || a.Key == "took" || a.Key == "due" {
		return slog.Attr{}
	}
	return a
}

func check(err error) {
	if err != nil {
		panic(err)
	}
}
