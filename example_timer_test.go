package saga_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Parting is the state that the steps share.
type Parting struct{ Gift string }

// A step with Sleep is a timer, and a step whose When says no is passed over. Both go by the state
// alone. A timer outlives crashes and deploys; while it runs, the instance is in nobody's memory.
func Example_timer() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	send := func(what string) saga.Func[Parting] {
		return func(context.Context, *Parting, saga.Attempt) error {
			fmt.Println("send", what)
			return nil
		}
	}
	parting := saga.Definition[Parting]{
		Name: "parting", Version: 1,
		Steps: []saga.Step[Parting]{
			{Name: "letter", Kind: saga.Retriable, Action: send("a letter")},
			{Name: "cool off", Sleep: func(Parting) time.Duration { return 20 * time.Millisecond }},
			{Name: "gift", Kind: saga.Retriable, When: func(p Parting) bool { return p.Gift != "" }, Action: send("a gift")},
			{Name: "bill", Kind: saga.Retriable, Action: send("the bill")},
		},
	}
	engine, err := saga.New(memory.Open(), nil, parting)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = parting.Start(ctx, engine, "p-1", Parting{})
	check(err)
	_, err = parting.Wait(ctx, engine, "p-1")
	check(err)
	in, err := engine.Get(ctx, "p-1")
	check(err)
	for _, st := range in.Steps {
		fmt.Printf("%s: %s\n", st.Name, st.Mark)
	}

	// Output:
	// send a letter
	// send the bill
	// letter: in effect
	// cool off: in effect
	// gift: not needed
	// bill: in effect
}
