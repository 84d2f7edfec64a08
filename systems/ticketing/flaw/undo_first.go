package flaw

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

func undoFirst() Flaw {
	return Flaw{
		ID: "F-A13", Name: "undo-first", Title: "an undo that overtakes its original",
		Invariant: "I-A7", Promise: "what was undone before it was done is never done",
		Remedy: "the undo of nothing is recorded under the saga's key, and the late original is refused (event/desk.go, participant)",
		play:   playUndoFirst,
	}
}

// naiveUndo undoes what it finds.
type naiveUndo struct{ tables }

func (n naiveUndo) debit(ctx context.Context) (string, error) {
	if err := n.exec(ctx, `update wallet set amount = amount - 300; insert into paid values ('P-s-1', 300, 'COMPLETED', null)`); err != nil {
		return "", err
	}
	return n.text(ctx, `select 'balance ' || amount from wallet`)
}

func (n naiveUndo) undo(ctx context.Context) (string, error) {
	found, err := n.number(ctx, `select count(*) from paid where id = 'P-s-1'`)
	if err != nil || found == 0 {
		// The mistake: nothing is there to undo, and nothing remembers that it was undone.
		return "nothing to undo, done", err
	}
	return "refunded", n.exec(ctx, `
		update wallet set amount = amount + (select amount from paid where id = 'P-s-1');
		update paid set status = 'CANCELLED'`)
}

func playUndoFirst(ctx context.Context, s *stage) error {
	t, err := s.naive(ctx, naivePaid)
	if err != nil {
		return err
	}
	naive := naiveUndo{t}
	users, err := s.users(ctx)
	if err != nil {
		return err
	}
	s.step(ctx, "DebitBalance of s-1 is under way, and late", nothing("balance 1000"), nothing("balance 1000"))
	s.step(ctx, "s-1 is given up: UndoDebit comes", naive.undo, func(ctx context.Context) (string, error) {
		told, err := users.undoes(ctx, event.Debit, "s-1")
		return "nothing to undo, recorded: " + told, err
	})
	s.step(ctx, "DebitBalance comes", naive.debit, func(ctx context.Context) (string, error) {
		told, err := users.hears(ctx, "DebitBalance", "s-1", event.DebitBalance{Sale: sale("s-1"), PaymentID: payment.ID("s-1")})
		if err != nil {
			return "", err
		}
		balance, err := users.balance(ctx)
		return "refused: " + told + ", " + balance, err
	})
	s.judge(ctx, func(ctx context.Context) (Finding, error) {
		return undone(ctx, naive.tables, `select amount from wallet`)
	},
		func(ctx context.Context) (Finding, error) {
			return undone(ctx, users.tables, `select amount from balance`)
		})
	return nil
}

// undone reports what an undone saga has taken of 1000 won.
func undone(ctx context.Context, t tables, query string) (Finding, error) {
	left, err := t.number(ctx, query)
	return Finding{Broken: left != 1000, Says: fmt.Sprintf("s-1 is undone and has taken %d won", 1000-left)}, err
}
