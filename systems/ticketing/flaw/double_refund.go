package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

func doubleRefund() Flaw {
	return Flaw{
		ID: "F-A9", Name: "double-refund", Title: "an undo that is keyed by nothing",
		Invariant: "I-A5", Promise: "a payment is debited once, and refunded at most once and by no more",
		Remedy: "the undo goes by the saga's key in the ledger, and a second REFUND of a payment breaks a unique index (event/desk.go, user/balance.go)",
		play:   playDoubleRefund,
	}
}

// naiveRefund gives a payment's money back for each of its reservations.
type naiveRefund struct{ tables }

func (n naiveRefund) pay(ctx context.Context) (string, error) {
	if err := n.exec(ctx, `update wallet set amount = amount - 300; insert into paid values ('P-s-1', 300, 'COMPLETED', null)`); err != nil {
		return "", err
	}
	return n.balance(ctx)
}

// undo is called with each reservation: the event has no payment's id.
func (n naiveRefund) undo(ctx context.Context) (string, error) {
	// The mistake: the payment is looked up, and nobody looks whether it was given back before.
	if err := n.exec(ctx, `
		update wallet set amount = amount + (select amount from paid where id = 'P-s-1');
		update paid set status = 'CANCELLED';
		insert into refunds select amount from paid where id = 'P-s-1'`); err != nil {
		return "", err
	}
	return n.balance(ctx)
}

func (n naiveRefund) balance(ctx context.Context) (string, error) {
	return n.text(ctx, `select 'balance ' || amount from wallet`)
}

func playDoubleRefund(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naivePaid+`; create table refunds (amount integer not null)`)
	if err != nil {
		return err
	}
	naive := naiveRefund{t}
	users, err := s.users(ctx)
	if err != nil {
		return err
	}
	undo := func(ctx context.Context) (string, error) {
		if _, err := users.undoes(ctx, event.Debit, "s-1"); err != nil {
			return "", err
		}
		return users.balance(ctx)
	}
	s.step(ctx, "mina has 1000 won and pays 300 for reservations 1 and 2", naive.pay, func(ctx context.Context) (string, error) {
		if _, err := users.hears(ctx, "DebitBalance", "s-1", event.DebitBalance{Sale: sale("s-1"), PaymentID: payment.ID("s-1")}); err != nil {
			return "", err
		}
		return users.balance(ctx)
	})
	s.step(ctx, "it is undone, for reservation 1", naive.undo, undo)
	s.step(ctx, "it is undone, for reservation 2", naive.undo, undo)
	s.step(ctx, "the last message comes once more", naive.undo, undo)
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return refunds(ctx, naive.tables, `select count(*) from refunds`, `select coalesce(sum(amount), 0) from refunds`)
	}, func(ctx context.Context) (Finding, error) {
		const of = ` from balance_ledger where kind = 'REFUND'`
		return refunds(ctx, users.tables, `select count(*)`+of, `select coalesce(sum(amount), 0)`+of)
	})
	return nil
}

func refunds(ctx context.Context, t tables, count, sum string) (Finding, error) {
	times, err := t.number(ctx, count)
	if err != nil {
		return Finding{}, err
	}
	won, err := t.number(ctx, sum)
	return Finding{Broken: times > 1 || won > 300, Says: fmt.Sprintf("300 won debited, refunds: %d, together %d won", times, won)}, err
}
