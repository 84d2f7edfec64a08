package payment

import (
	"context"
	"database/sql"
	"maps"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Handlers are the messages that the service takes, by type.
func (s *PaymentService) Handlers() map[string]message.Handler {
	all := map[string]message.Handler{
		"PaymentInitiated": s.processPayment,
		"SagaFailed":       sqlite.Consumer(s.db, "payment", s.sagaFailed),
	}
	maps.Copy(all, s.desk.Handlers())
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
	s.relay.Wake()
	return err
}

// outcome is what the desk is asked to do: what BalanceDebited or BalanceDebitFailed said.
type outcome struct {
	event.BalanceDebited
	event.Failed
}

// complete is the step PAYMENT.
func (s *PaymentService) complete(ctx context.Context, tx *sql.Tx, _ string, o outcome) (event.PaymentCompleted, error) {
	if o.Code != "" {
		return event.PaymentCompleted{}, &participant.Refusal{Code: o.Code, Detail: o.Detail}
	}
	return event.PaymentCompleted(o.BalanceDebited), s.Complete(ctx, tx, o.PaymentID, s.now())
}

// cancel is its undo. The money goes back by the undo of DEBIT, which follows it.
func (s *PaymentService) cancel(ctx context.Context, tx *sql.Tx, _ string, _ outcome, done event.PaymentCompleted) error {
	return s.Cancel(ctx, tx, done.PaymentID, "the sale came to nothing", s.now())
}

// handlePaymentFailed writes the failure down in a transaction of its own before it is told.
func (s *PaymentService) handlePaymentFailed(ctx context.Context, m message.Message) error {
	var f event.Failed
	if err := event.Read(m, &f); err != nil {
		return err
	}
	err := s.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return s.Fail(ctx, tx, ID(m.Correlation), f.Code, s.now())
	})
	if err != nil {
		return err
	}
	s.logger.InfoContext(ctx, "a payment failed", "saga", m.Correlation, "code", f.Code)
	return s.desk.Handlers()[m.Type](ctx, m)
}

// sagaFailed fails a payment whose saga turned back before its money came.
func (s *PaymentService) sagaFailed(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var f event.SagaFailed
	if err := event.Read(m, &f); err != nil {
		return err
	}
	return s.Fail(ctx, tx, ID(f.SagaID), f.Code, s.now())
}
