package saga_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Loan is the state that the steps share.
type Loan struct {
	Amount int
	Note   string
}

// A step may be answered later: by a message from another service or, as here, by a person. While it
// waits, no node holds the instance and it costs no memory. The reply may come to any engine on the
// store, early, late or twice. A ReadOnly step changes nothing, so there is nothing to undo, and if
// nobody replies within its time that is a no.
func Example_reply() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	asked := make(chan struct{})
	loan := saga.Definition[Loan]{
		Name: "loan", Version: 1,
		Steps: []saga.Step[Loan]{{
			Name: "reserve",
			Action: func(_ context.Context, l *Loan, _ saga.Attempt) error {
				fmt.Println("reserve", l.Amount)
				return nil
			},
			Compensation: func(context.Context, *Loan, saga.Attempt) error {
				fmt.Println("release it")
				return nil
			},
		}, {
			Name: "approval", Kind: saga.ReadOnly,
			Action: func(_ context.Context, _ *Loan, a saga.Attempt) error {
				fmt.Println("ask a manager about", a.Key)
				close(asked)
				return saga.Pending
			},
			Reply: func(l *Loan, r saga.Reply) error {
				if len(r.Data) == 0 {
					return nil // a plain yes or no
				}
				return json.Unmarshal(r.Data, &l.Note)
			},
			ReplyTimeout: 48 * time.Hour,
		}, {
			Name: "pay out", Kind: saga.Pivot,
			Action: func(_ context.Context, l *Loan, _ saga.Attempt) error {
				fmt.Println("pay out", l.Amount)
				return nil
			},
		}},
	}
	engine, err := saga.New(memory.Open(), nil, loan)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	const id = "l-1"
	_, err = loan.Start(ctx, engine, id, Loan{Amount: 900})
	check(err)
	<-asked
	check(engine.Deliver(ctx, saga.Reply{
		Key:     saga.Key{Instance: id, Step: "approval"},
		Outcome: saga.Refused, Data: json.RawMessage(`"too much for a first loan"`), By: "lee",
	}))
	l, err := loan.Wait(ctx, engine, id)
	fmt.Println(err)
	fmt.Println(l.Note)

	// Output:
	// reserve 900
	// ask a manager about l-1/approval
	// release it
	// saga loan l-1: compensated: refused
	// too much for a first loan
}
