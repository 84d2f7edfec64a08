package payment_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

// A payment is begun, and the buyer cannot pay: the user service is played by the example.
func Example() {
	dir, err := os.MkdirTemp("", "payment")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithTimeout(context.Background(), time.Minute)
	defer stop()
	bus, over := message.NewBus(), make(chan struct{})
	payments, err := payment.New(ctx, payment.Config{Path: filepath.Join(dir, "payment.db"), Publisher: bus})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer payments.Close()
	for typ, handler := range payments.Handlers() {
		bus.Subscribe(typ, handler)
	}
	bus.Subscribe("DebitBalance", func(ctx context.Context, m message.Message) error {
		no := event.Failed{SagaID: m.Correlation, Step: event.Debit, Code: "insufficient-balance", Detail: "Charge it and pay again."}
		said, err := event.New("user", "BalanceDebitFailed", m.Correlation, no)
		if err != nil {
			return err
		}
		return bus.Publish(ctx, event.Because(m, said))
	})
	bus.Subscribe("PaymentFailed", func(_ context.Context, m message.Message) error {
		fmt.Println(m.Type, "of", m.Correlation)
		close(over)
		return nil
	})
	ended := make(chan error, 1)
	go func() { ended <- payments.Run(ctx) }()

	sale := event.Sale{SagaID: "s-1", UserID: "mina", Amount: 90_000, Lines: []event.Line{{ReservationID: 7, Price: 90_000}}}
	asked, err := event.New("orchestrator", "PaymentInitiated", sale.SagaID, event.PaymentInitiated{Sale: sale})
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(bus.Publish(ctx, asked))
	select {
	case <-over:
	case <-ctx.Done():
	}
	p, history, err := payments.Payment(ctx, "mina", payment.ID("s-1"))
	fmt.Println(p.ID, p.Amount, p.Status, err)
	for _, c := range history {
		fmt.Println(c.Status, c.Reason)
	}
	stop()
	fmt.Println(<-ended)
	// Output:
	// <nil>
	// PaymentFailed of s-1
	// P-s-1 90000 FAILED <nil>
	// PENDING initiated
	// FAILED insufficient-balance
	// <nil>
}
