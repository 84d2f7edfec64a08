package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

func refundWithoutMoney() Flaw {
	return Flaw{
		ID: "F-A8", Name: "refund-no-money", Title: "a refund that changes a status and no balance",
		Invariant: "I-A1", Promise: "balances and live payments together are what was charged",
		Remedy: "the debit is a step of its own with an undo of its own; both are rows of the balance's ledger (user/balance.go)",
		play:   playRefundWithoutMoney,
	}
}

// naiveCancel compensates a payment as the write-up does: the status and the time.
type naiveCancel struct{ tables }

const naivePaid = `
	create table wallet (user text primary key, amount integer not null);
	create table paid (id text primary key, amount integer not null, status text not null, refunded_at integer);
	insert into wallet values ('mina', 1000)`

func (n naiveCancel) pay(ctx context.Context) (string, error) {
	if err := n.exec(ctx, `update wallet set amount = amount - 300; insert into paid values ('P-s-1', 300, 'COMPLETED', null)`); err != nil {
		return "", err
	}
	return n.stands(ctx)
}

func (n naiveCancel) undo(ctx context.Context) (string, error) {
	// The mistake: the money was taken from the balance, and nothing here puts it back.
	if err := n.exec(ctx, `update paid set status = 'CANCELLED', refunded_at = 1 where id = 'P-s-1'`); err != nil {
		return "", err
	}
	return n.stands(ctx)
}

func (n naiveCancel) stands(ctx context.Context) (string, error) {
	return n.text(ctx, `select 'payment ' || status || ', balance ' || wallet.amount from paid, wallet`)
}

// purse is the real side: the user service and the payment service.
type purse struct{ users, payments real }

func (p purse) pay(ctx context.Context) (string, error) {
	if _, err := p.payments.hears(ctx, "PaymentInitiated", "s-1", event.PaymentInitiated{Sale: sale("s-1")}); err != nil {
		return "", err
	}
	debited := event.BalanceDebited{Sale: sale("s-1"), PaymentID: payment.ID("s-1")}
	if _, err := p.users.hears(ctx, "DebitBalance", "s-1", event.DebitBalance(debited)); err != nil {
		return "", err
	}
	if _, err := p.payments.hears(ctx, "BalanceDebited", "s-1", debited); err != nil {
		return "", err
	}
	return p.stands(ctx)
}

func (p purse) undo(ctx context.Context) (string, error) {
	if _, err := p.payments.undoes(ctx, event.Payment, "s-1"); err != nil {
		return "", err
	}
	if _, err := p.users.undoes(ctx, event.Debit, "s-1"); err != nil {
		return "", err
	}
	return p.stands(ctx)
}

func (p purse) stands(ctx context.Context) (string, error) {
	status, err := p.payments.text(ctx, `select status from payment`)
	if err != nil {
		return "", err
	}
	balance, err := p.users.balance(ctx)
	return "payment " + status + ", " + balance, err
}

func playRefundWithoutMoney(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naivePaid)
	if err != nil {
		return err
	}
	naive := naiveCancel{t}
	var both purse
	if both.users, err = s.users(ctx); err != nil {
		return err
	}
	if both.payments, err = s.payments(ctx); err != nil {
		return err
	}
	s.step(ctx, "mina has charged 1000 won and pays 300", naive.pay, both.pay)
	s.step(ctx, "the seats cannot be had: the payment is undone", naive.undo, both.undo)
	const live = `select coalesce(sum(amount), 0) from %s where status = 'COMPLETED'`
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return conserved(ctx, naive.tables, `select sum(amount) from wallet`, naive.tables, fmt.Sprintf(live, "paid"))
	}, func(ctx context.Context) (Finding, error) {
		return conserved(ctx, both.users.tables, `select sum(amount) from balance`, both.payments.tables, fmt.Sprintf(live, "payment"))
	})
	return nil
}

// conserved adds up the money.
func conserved(ctx context.Context, balances tables, sum string, payments tables, live string) (Finding, error) {
	has, err := balances.number(ctx, sum)
	if err != nil {
		return Finding{}, err
	}
	paid, err := payments.number(ctx, live)
	return Finding{Broken: has+paid != 1000, Says: fmt.Sprintf("%d + %d of 1000 won", has, paid)}, err
}
