package user_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

type heard chan message.Message

func (h heard) Publish(_ context.Context, m message.Message) error {
	h <- m
	return nil
}

// What the service has done is told as soon as it is committed, while it runs.
func TestARunningServiceTellsWhatItDid(t *testing.T) {
	t.Parallel()
	told := make(heard, 1)
	d := open(t, func(c *user.Config) { c.Publisher = told })
	d.user("mina", 1000)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- d.service.Run(ctx) }()
	asked, err := event.New("payment", "DebitBalance", "s-1", sale("s-1", 400))
	must(t, err)
	must(t, d.service.Handlers()[asked.Type](t.Context(), asked))
	m := <-told
	var debited event.BalanceDebited
	if must(t, event.Read(m, &debited)); m.Type != "BalanceDebited" || debited.Sale.Amount != 400 || debited.PaymentID != "pay-s-1" {
		t.Errorf("got %s %s", m.Type, m.Data)
	}
	stop()
	must(t, <-ended)
}

// Debits and their undos that race each other leave what was there.
func TestDebitsThatRaceTheirUndosLeaveNothingBehind(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 1000)
	handlers := d.service.Handlers()
	var all sync.WaitGroup
	for n := range 20 {
		id := fmt.Sprint("s-", n)
		for _, c := range []struct {
			typ  string
			data any
		}{{"DebitBalance", sale(id, 100)}, {"UndoDebit", question(id)}, {"DebitBalance", sale(id, 100)}, {"UndoDebit", question(id)}} {
			m, err := event.New("test", c.typ, id, c.data)
			must(t, err)
			all.Go(func() {
				if err := handlers[m.Type](t.Context(), m); err != nil {
					t.Error(err)
				}
			})
		}
	}
	all.Wait()
	d.wantBalance(mina, 1000)
}
