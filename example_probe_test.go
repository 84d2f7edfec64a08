package saga_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Transfer is the state that the steps share.
type Transfer struct {
	Cents   int64
	Receipt string
}

// bank keeps a receipt by key. Its first answer gets lost on the way back.
type bank struct{ receipts map[saga.Key]string }

func (b *bank) pay(_ context.Context, t *Transfer, a saga.Attempt) error {
	b.receipts[a.Key] = fmt.Sprintf("receipt for %d", t.Cents)
	fmt.Println("pay: the connection breaks")
	return errors.New("connection reset by peer")
}

func (b *bank) find(_ context.Context, t *Transfer, a saga.Attempt) error {
	receipt, ok := b.receipts[a.Key]
	if !ok {
		return saga.NotDone
	}
	fmt.Println("probe: it was paid")
	t.Receipt = receipt
	return nil
}

// An error that is neither Refused nor NotDone says that nobody knows. It is no failure: the probe
// asks what became of the key, and the payment is neither repeated nor given up.
func Example_probe() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	b := &bank{receipts: map[saga.Key]string{}}
	pay := saga.Definition[Transfer]{Name: "transfer", Version: 1, Steps: []saga.Step[Transfer]{
		{Name: "pay", Kind: saga.Pivot, Action: b.pay, Probe: b.find, Replayable: true},
	}}
	engine, err := saga.New(memory.Open(), nil, pay)
	check(err)
	go func() { check(engine.Run(ctx)) }()

	_, err = pay.Start(ctx, engine, "t-1", Transfer{Cents: 1999})
	check(err)
	done, err := pay.Wait(ctx, engine, "t-1")
	fmt.Println(done.Receipt, err)

	// Output:
	// pay: the connection breaks
	// probe: it was paid
	// receipt for 1999 <nil>
}
