package saga_test

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Parcel is the state that the steps share.
type Parcel struct{ Label string }

// The observer receives every transition once it is durable, in order: for logs, metrics and
// traces.
func ExampleConfig_observe() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	send := saga.Definition[Parcel]{Name: "send", Version: 1, Steps: []saga.Step[Parcel]{{
		Name: "pack",
		Action: func(_ context.Context, p *Parcel, a saga.Attempt) error {
			p.Label = a.Key.Instance
			return nil
		},
		Compensation: func(context.Context, *Parcel, saga.Attempt) error { return nil },
	}, {
		Name: "post", Kind: saga.Pivot,
		Action: func(context.Context, *Parcel, saga.Attempt) error {
			return fmt.Errorf("%w: too heavy", saga.Refused)
		},
	}}}
	seen := make(chan saga.Event, 10)
	engine, err := saga.New(memory.Open(), &saga.Config{Observe: func(e saga.Event) { seen <- e }}, send)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = send.Start(ctx, engine, "p-1", Parcel{})
	check(err)
	for e := range seen {
		fmt.Printf("%d %s %s %s: %s\n", e.Seq, e.Kind, e.Call, e.Step, e.Status)
		if e.Error != "" {
			fmt.Println(" ", e.Error)
		}
		if e.Status.Ended() {
			break
		}
	}

	// Output:
	// 1 started  : running
	// 2 answered action pack: running
	// 3 answered action post: compensating
	//   refused: too heavy
	// 4 answered compensation pack: compensated
}
