package flaw

import (
	"context"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

func lostEvent() Flaw {
	return Flaw{
		ID: "F-A1", Name: "lost-event", Title: "an event that is published after the commit, from memory",
		Invariant: "I-A12", Promise: "every committed change is told at least once",
		Remedy: "the message is a row of the outbox in the same transaction, and a relay sends it, also after a crash (payment/messages.go)",
		play:   playLostEvent,
	}
}

// naiveAfterCommit completes payments and tells of them once that is committed.
type naiveAfterCommit struct {
	tables
	afterCommit []string // what is to be published
	published   []string
}

func (n *naiveAfterCommit) pay(ctx context.Context) (string, error) {
	err := n.exec(ctx, `insert into paid (id, status) values ('P-s-1', 'COMPLETED')`)
	// The mistake: from here on only this process knows that there is something to tell.
	n.afterCommit = append(n.afterCommit, "PaymentCompleted")
	return "COMPLETED is committed; the event is in a list", err
}

func (n *naiveAfterCommit) dies(context.Context) (string, error) {
	n.afterCommit = nil // memory
	return "the list is gone", nil
}

func (n *naiveAfterCommit) publish(context.Context) (string, error) {
	n.published, n.afterCommit = append(n.published, n.afterCommit...), nil
	return fmt.Sprintf("published: %d", len(n.published)), nil
}

func playLostEvent(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, `create table paid (id text primary key, status text not null)`)
	if err != nil {
		return err
	}
	naive := &naiveAfterCommit{tables: t}
	payments, err := s.payments(ctx)
	if err != nil {
		return err
	}
	if _, err := payments.hears(ctx, "PaymentInitiated", "s-1", event.PaymentInitiated{Sale: sale("s-1")}); err != nil {
		return err
	}
	told := ""
	s.step(ctx, "the money is there: the payment is completed", naive.pay, func(ctx context.Context) (string, error) {
		m, err := event.New("user", "BalanceDebited", "s-1", event.BalanceDebited{Sale: sale("s-1"), PaymentID: payment.ID("s-1")})
		if err != nil {
			return "", err
		}
		return "COMPLETED and the outbox's row are committed", payments.service.Handlers()["BalanceDebited"](ctx, m)
	})
	s.step(ctx, "the process dies before anything is published, and starts again", naive.dies, func(ctx context.Context) (string, error) {
		if err := payments.service.Close(); err != nil {
			return "", err
		}
		again, err := payment.New(ctx, payment.Config{Path: s.file("payment"), Publisher: nobody{}, Logger: quiet(), Now: s.clock})
		payments, err = s.look(ctx, "payment", again, err)
		return "the row is still there", err
	})
	s.step(ctx, "what is to be published is published", naive.publish, func(ctx context.Context) (_ string, err error) {
		told, err = payments.tells(ctx)
		return "published: " + told, err
	})
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return untold(ctx, naive.tables, `select count(*) from paid where status = 'COMPLETED'`, len(naive.published))
	}, func(ctx context.Context) (Finding, error) {
		return untold(ctx, payments.tables, `select count(*) from payment where status = 'COMPLETED'`, strings.Count(told, "PaymentCompleted"))
	})
	return nil
}

// untold compares what was committed with what was told.
func untold(ctx context.Context, t tables, query string, told int) (Finding, error) {
	paid, err := t.number(ctx, query)
	return Finding{Broken: paid > int64(told), Says: fmt.Sprintf("payments COMPLETED: %d, PaymentCompleted told: %d", paid, told)}, err
}
