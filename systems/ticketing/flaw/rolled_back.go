package flaw

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

func rolledBack() Flaw {
	return Flaw{
		ID: "F-A4", Name: "rolled-back", Title: "a failure that is written down in the transaction that it rolls back",
		Invariant: "I-A3", Promise: "no saga stays silent: a failed step is recorded and told",
		Remedy: "the payment is PENDING before the money is asked for, and the failure is a transaction of its own (payment/messages.go)",
		play:   playRolledBack,
	}
}

var errTooLittle = errors.New("flaw: the balance is too small")

// naiveFailure pays in one transaction, and tells of a failure in it too.
type naiveFailure struct{ tables }

func (n naiveFailure) pay(ctx context.Context) (string, error) {
	err := n.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `insert into paid (id, status) values ('P-s-1', 'PENDING')`); err != nil {
			return err
		}
		done, err := tx.ExecContext(ctx, `update wallet set amount = amount - 300 where amount >= 300`)
		if err != nil {
			return err
		}
		if n, err := done.RowsAffected(); err != nil || n == 1 {
			return err
		}
		// The mistake: the error below takes back these two rows as well.
		_, err = tx.ExecContext(ctx, `update paid set status = 'FAILED'; insert into events (type) values ('PaymentFailed')`)
		return errors.Join(errTooLittle, err)
	})
	if errors.Is(err, errTooLittle) {
		return "FAILED and PaymentFailed are written, then rolled back", nil
	}
	return "paid", err
}

func playRolledBack(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, `
		create table wallet (amount integer not null check (amount >= 0));
		create table paid (id text primary key, status text not null);
		create table events (type text not null);
		insert into wallet values (100)`)
	if err != nil {
		return err
	}
	naive := naiveFailure{t}
	payments, err := s.payments(ctx)
	if err != nil {
		return err
	}
	var told string
	s.step(ctx, "a payment of 300 won begins; 100 are there", nothing("a transaction begins"), func(ctx context.Context) (string, error) {
		asked, err := payments.hears(ctx, "PaymentInitiated", "s-1", event.PaymentInitiated{Sale: sale("s-1")})
		return "PENDING is committed; told: " + asked, err
	})
	s.step(ctx, "the money is refused", naive.pay, func(ctx context.Context) (_ string, err error) {
		told, err = payments.hears(ctx, "BalanceDebitFailed", "s-1", event.Failed{
			SagaID: "s-1", Step: event.Debit, Code: "insufficient-balance", Detail: "Charge 200 won, and pay again.",
		})
		return "FAILED is committed; told: " + told, err
	})
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		events, err := naive.number(ctx, `select count(*) from events`)
		if err != nil {
			return Finding{}, err
		}
		return silent(ctx, naive.tables, `select count(*) from paid where status = 'FAILED'`, events)
	}, func(ctx context.Context) (Finding, error) {
		events := int64(0)
		if told == "PaymentFailed" {
			events = 1
		}
		return silent(ctx, payments.tables, `select count(*) from payment where status = 'FAILED'`, events)
	})
	return nil
}

// silent reports a failure of which nobody will ever know.
func silent(ctx context.Context, t tables, query string, told int64) (Finding, error) {
	failed, err := t.number(ctx, query)
	return Finding{
		Broken: failed != 1 || told != 1, Says: fmt.Sprintf("payments FAILED: %d, PaymentFailed told: %d", failed, told),
	}, err
}
