package payment

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"maps"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Handlers are the messages that the service takes, by type. A message that speaks of another saga than its
// own, or of what cannot be, changes nothing and is [message.ErrPoison].
func (s *PaymentService) Handlers() map[string]message.Handler {
	all := map[string]message.Handler{
		"PaymentInitiated": s.processPayment,
		"SagaFailed":       sqlite.Consumer(s.db, "payment", s.sagaFailed),
	}
	maps.Copy(all, s.desk.Handlers())
	all["BalanceDebited"] = s.handleBalanceDebited
	all["BalanceDebitFailed"] = s.handlePaymentFailed
	return all
}

// processPayment begins a payment and asks for the buyer's money. It needs no inbox: a repeat asks again,
// under the same key.
func (s *PaymentService) processPayment(ctx context.Context, m message.Message) error {
	var initiated event.PaymentInitiated
	if err := event.Read(m, &initiated); err != nil {
		return err
	}
	sale := initiated.Sale
	if sale.SagaID != m.Correlation {
		return isForeign(m, sale.SagaID)
	}
	err := s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		p, err := s.Initiate(ctx, tx, sale, s.now())
		if err != nil || p.Status != Pending {
			return err // one that is at its end needs no money
		}
		asked, err := event.New("payment", "DebitBalance", sale.SagaID, event.DebitBalance{Sale: sale, PaymentID: p.ID})
		if err != nil {
			return err
		}
		return sqlite.Bind(tx).Append(ctx, event.Because(m, asked))
	})
	if errors.Is(err, ErrInvalid) {
		return fmt.Errorf("%w: %w", message.ErrPoison, err)
	}
	s.relay.Wake()
	return err
}

// outcome is what the desk is asked to do: what BalanceDebited or BalanceDebitFailed said, never both.
type outcome struct {
	event.BalanceDebited
	event.Failed
}

// complete is the step PAYMENT. Money for a payment that has failed by then is refused for good, so that it
// goes back by the undo of DEBIT.
func (s *PaymentService) complete(ctx context.Context, tx *sql.Tx, _ string, o outcome) (event.PaymentCompleted, error) {
	if o.Code != "" {
		return event.PaymentCompleted{}, &participant.Refusal{Code: o.Code, Detail: o.Detail}
	}
	err := s.Complete(ctx, tx, o.PaymentID, s.now())
	switch {
	case errors.Is(err, ErrStands):
		err = &participant.Refusal{Code: "not-in-time", Detail: "The payment had come to nothing when its money came. Pay again to try anew."}
	case errors.Is(err, ErrNotFound):
		err = fmt.Errorf("%w: %w", participant.ErrInvalid, err) // money is asked for by payments that exist
	}
	return event.PaymentCompleted(o.BalanceDebited), err
}

// cancel is its undo. The money goes back by the undo of DEBIT, which follows it.
func (s *PaymentService) cancel(ctx context.Context, tx *sql.Tx, _ string, _ outcome, done event.PaymentCompleted) error {
	return s.Cancel(ctx, tx, done.PaymentID, "the sale came to nothing", s.now())
}

// handleBalanceDebited completes the payment that the money was taken for.
func (s *PaymentService) handleBalanceDebited(ctx context.Context, m message.Message) error {
	var d event.BalanceDebited
	if err := event.Read(m, &d); err != nil {
		return err
	}
	if d.Sale.SagaID != m.Correlation || d.PaymentID != ID(m.Correlation) {
		return isForeign(m, d.Sale.SagaID)
	}
	return s.decide(ctx, m, d)
}

// handlePaymentFailed writes the failure down in a transaction of its own before it is told.
func (s *PaymentService) handlePaymentFailed(ctx context.Context, m message.Message) error {
	var f event.Failed
	if err := event.Read(m, &f); err != nil {
		return err
	}
	if f.SagaID != m.Correlation || f.Step != event.Debit || f.Code == "" {
		return isForeign(m, f.SagaID)
	}
	err := s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return s.Fail(ctx, tx, ID(m.Correlation), f.Code, s.now())
	})
	if err != nil {
		return err
	}
	s.logger.InfoContext(ctx, "a payment failed", "saga", m.Correlation, "code", f.Code)
	return s.decide(ctx, m, f)
}

// decide hands the desk what was read of a fact, and nothing else that may stand in it.
func (s *PaymentService) decide(ctx context.Context, m message.Message, data any) (err error) {
	if m.Data, err = json.Marshal(data); err != nil {
		return err
	}
	return s.desk.Handlers()[m.Type](ctx, m)
}

// sagaFailed fails a payment whose saga turned back before its money came.
func (s *PaymentService) sagaFailed(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var f event.SagaFailed
	if err := event.Read(m, &f); err != nil {
		return err
	}
	if f.SagaID != m.Correlation {
		return isForeign(m, f.SagaID)
	}
	return s.Fail(ctx, tx, ID(f.SagaID), f.Code, s.now())
}

func isForeign(m message.Message, about string) error {
	return fmt.Errorf("%w: %s %s of the saga %q speaks of %.100q, or of what cannot be", message.ErrPoison, m.Type, m.ID, m.Correlation, about)
}
