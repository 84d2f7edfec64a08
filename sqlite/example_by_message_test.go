package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

// Order is the state of the saga.
type Order struct {
	Cents   int    `json:"cents"`
	Receipt string `json:"receipt"` // known once it is paid
}

func (o Order) payment() any { return Payment{o.Cents} }

// paid reads what the payment service said.
func (o *Order) paid(e participant.Entry) error {
	var r Receipt
	if e.Refusal != nil {
		return nil
	}
	err := json.Unmarshal(e.Reply, &r)
	o.Receipt = r.Number
	return err
}

// Payment is what the payment service is asked for, and Receipt what it answers.
type Payment struct {
	Cents int `json:"cents"`
}

// Receipt is the payment service's reply.
type Receipt struct {
	Number string `json:"number"`
}

// pay is the service's own work; the ledger row and the reply are written in the same transaction.
func pay(ctx context.Context, tx *sql.Tx, _ string, p Payment) (Receipt, error) {
	done, err := tx.ExecContext(ctx, `update purse set cents = cents - ?1 where cents >= ?1`, p.Cents)
	if err != nil {
		return Receipt{}, err
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return Receipt{}, errors.Join(err, &participant.Refusal{Code: "too-little", Detail: "Charge the purse."})
	}
	return Receipt{fmt.Sprint("R-", p.Cents)}, nil
}

func payBack(ctx context.Context, tx *sql.Tx, _ string, p Payment, _ Receipt) error {
	_, err := tx.ExecContext(ctx, `update purse set cents = cents + ?`, p.Cents)
	return err
}

// An order is paid by message. The first reply gets lost on its way; when its time is over the saga
// asks, and finds that the payment was made. Nothing is paid twice.
func Example_byMessage() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	folder, err := os.MkdirTemp("", "orders")
	check(err)
	defer os.RemoveAll(folder)
	bus := message.NewBus() // or a broker's client

	// The payment service.
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(folder, "payment.db"))
	check(err)
	defer db.Close()
	check(db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table purse (cents integer); insert into purse values (1000)`)
		return err
	}))
	relay := message.NewRelay(sqlite.NewQueue(db, db.Read), bus, nil)
	responder := participant.NewResponder("/shop/payment", relay.Wake)
	responder.Handle("payment", sqlite.Operation(db, "payment", pay, payBack))
	var heard sync.Map
	for _, typ := range responder.Types() {
		bus.Subscribe(typ, func(ctx context.Context, m message.Message) error {
			if _, before := heard.LoadOrStore(m.Type, true); !before {
				fmt.Println(m.Type)
			}
			return responder.Take(ctx, m)
		})
	}

	// The order service.
	step := participant.Step("pay", saga.Compensatable,
		participant.Requester{Publisher: bus, Source: "/shop/order", Name: "payment"}, Order.payment, (*Order).paid)
	step.ReplyTimeout = 200 * time.Millisecond // in an example; half a minute is the default
	order := saga.Definition[Order]{Name: "order", Version: 1, Steps: []saga.Step[Order]{step, {
		Name: "ship", Kind: saga.Pivot,
		Action: func(_ context.Context, o *Order, _ saga.Attempt) error {
			fmt.Println("ship for", o.Receipt)
			return nil
		},
	}}}
	store, err := sqlite.Open(ctx, filepath.Join(folder, "order.db"))
	check(err)
	defer store.Close()
	engine, err := saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, order)
	check(err)
	replies := participant.NewReplies(engine, "/shop/order")
	bus.Subscribe("payment.reply", func(ctx context.Context, m message.Message) error {
		if strings.HasPrefix(m.Causation, "o-1/pay.do") {
			return nil // it gets lost, and nobody knows
		}
		return replies.Take(ctx, m)
	})
	ended := make(chan error, 2)
	go func() { ended <- engine.Run(ctx) }()
	go func() { ended <- relay.Run(ctx) }()

	_, err = order.Start(ctx, engine, "o-1", Order{Cents: 400})
	check(err)
	_, err = order.Wait(ctx, engine, "o-1")
	check(err)
	var left int
	check(db.Read.QueryRowContext(ctx, `select cents from purse`).Scan(&left))
	fmt.Println(left, "cents left")
	stop()
	check(errors.Join(<-ended, <-ended))
	// Output:
	// payment.do
	// payment.probe
	// ship for R-400
	// 600 cents left
}
