package orchestrator_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// everybody is a gate that lets all through.
type everybody struct{}

func (everybody) Check(context.Context, string) (access.Pass, error) {
	return access.Pass{UserID: "mina", Active: true}, nil
}

// services plays the other services: each reacts to the fact before its own.
func services(ctx context.Context, bus *message.Bus) {
	post := make(chan message.Message, 100)
	react := func(to, by string, data func(m message.Message) any) {
		bus.Subscribe(to, func(_ context.Context, m message.Message) error {
			said, err := event.New("played", by, m.Correlation, data(m))
			post <- event.Because(m, said)
			return err
		})
	}
	sale := func(m message.Message) event.Sale {
		return event.Sale{SagaID: m.Correlation, UserID: "mina", Amount: 90_000, Lines: []event.Line{{ReservationID: 7, Price: 90_000}}}
	}
	react("ClaimReservations", "ReservationsClaimed", func(m message.Message) any { return event.ReservationsClaimed{Sale: sale(m)} })
	react("PaymentInitiated", "DebitBalance", func(m message.Message) any { return event.DebitBalance{Sale: sale(m), PaymentID: "P-1"} })
	for _, s := range event.Steps()[1:] {
		react(s.Triggers[0], s.Done, func(m message.Message) any { return json.RawMessage(m.Data) })
	}
	go func() {
		for {
			select {
			case m := <-post:
				if err := bus.Publish(ctx, m); err != nil {
					fmt.Println(err)
				}
			case <-ctx.Done():
				return
			}
		}
	}()
}

// A payment that goes through all services. Its end is told to whoever wants to know.
func Example() {
	dir, err := os.MkdirTemp("", "orchestrator")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	bus, told := message.NewBus(), make(chan string, 1)
	payments, err := orchestrator.New(ctx, orchestrator.Config{Path: filepath.Join(dir, "orchestrator.db"), Publisher: bus, Gate: everybody{}})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer payments.Close()
	for typ, handler := range payments.Handlers() {
		bus.Subscribe(typ, handler)
	}
	bus.Subscribe("SagaCompleted", func(_ context.Context, m message.Message) error {
		told <- m.Type
		return nil
	})
	services(ctx, bus)
	ended := make(chan error, 1)
	go func() { ended <- payments.Run(ctx) }()

	id, err := payments.StartSaga(ctx, "mina", "token", "order-17", 1, []int64{7})
	fmt.Println(id == orchestrator.SagaID("mina", "order-17"), err)
	again, err := payments.StartSaga(ctx, "mina", "token", "order-17", 1, []int64{7})
	fmt.Println("the same saga:", again == id, err)
	fmt.Println(<-told)
	view, err := payments.Saga(ctx, "mina", id)
	fmt.Println(view.State, view.Amount, view.Payments, err)
	for _, s := range view.Steps {
		fmt.Println(s.Step, s.Mark)
	}
	stop()
	fmt.Println(<-ended)
	// Output:
	// true <nil>
	// the same saga: true <nil>
	// SagaCompleted
	// COMPLETED 90000 [{P-1 7 90000 COMPLETED}] <nil>
	// CLAIM in effect
	// DEBIT in effect
	// PAYMENT in effect
	// RESERVATION in effect
	// QUEUE in effect
	// CONCERT in effect
	// <nil>
}
