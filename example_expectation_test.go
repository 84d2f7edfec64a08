package saga_test

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Ticket is the state of a saga that follows what services do on their own.
type Ticket struct{ Number string }

// Services react to each other's facts, and the orchestrator follows: payment is asked, and seat and
// queue are expected. A fact settles the step that it is about, also one that came too early. If one
// were missing after its time, the probe would ask, and if the saga turned back, the fence would
// forbid what is not done.
func Example_expectation() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	unused := func(context.Context, *Ticket, saga.Attempt) error { return saga.Refused }
	expect := func(name string) saga.Step[Ticket] {
		return saga.Step[Ticket]{
			Name: name, Compensation: unused, Probe: unused, Fence: unused, ReplyTimeout: 10 * time.Second,
			Reply: func(s *Ticket, r saga.Reply) error {
				if len(r.Data) == 0 {
					return nil
				}
				return json.Unmarshal(r.Data, s)
			},
		}
	}
	ticket := saga.Definition[Ticket]{
		Name: "ticket", Version: 1,
		Steps: []saga.Step[Ticket]{
			{Name: "payment", Action: func(context.Context, *Ticket, saga.Attempt) error { return nil }, Compensation: unused},
			expect("seat"),
			expect("queue"),
			{Name: "mail", Kind: saga.Retriable, Action: func(_ context.Context, s *Ticket, _ saga.Attempt) error {
				fmt.Println("mail: seat", s.Number)
				return nil
			}},
		},
	}
	engine, err := saga.New(memory.Open(), nil, ticket)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = ticket.Start(ctx, engine, "t-1", Ticket{})
	check(err)
	fact := func(step, data string) saga.Reply {
		return saga.Reply{Key: saga.Key{Instance: "t-1", Step: step}, Outcome: saga.Succeeded, Data: json.RawMessage(data), By: step + " service"}
	}
	check(engine.Deliver(ctx, fact("queue", ""), fact("seat", `{"Number":"A-7"}`))) // in the wrong order
	_, err = ticket.Wait(ctx, engine, "t-1")
	check(err)

	// Output:
	// mail: seat A-7
}
