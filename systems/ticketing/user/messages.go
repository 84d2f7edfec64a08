package user

import (
	"context"
	"database/sql"
	"fmt"
	"maps"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// consumer names this service's inbox.
const consumer = "user"

// Handlers are what the service takes, by the types of messages: the step DEBIT, and how sagas ended.
func (s *UserService) Handlers() map[string]message.Handler {
	desk := event.Desk{
		Step: event.StepOf(event.Debit), Operation: sqlite.Operation(s.db, "debit", s.debit, s.undoDebit), Committed: s.relay.Wake,
	}
	all := desk.Handlers()
	maps.Copy(all, map[string]message.Handler{
		"SagaCompleted": sqlite.Consumer(s.db, consumer, s.sagaCompleted),
		"SagaFailed":    sqlite.Consumer(s.db, consumer, s.sagaFailed),
	})
	return all
}

func (s *UserService) debit(ctx context.Context, tx *sql.Tx, _ string, c event.DebitBalance) (event.BalanceDebited, error) {
	_, err := s.manager.Debit(ctx, tx, c.Sale.UserID, c.Sale.Amount, c.PaymentID)
	return event.BalanceDebited(c), err
}

func (s *UserService) undoDebit(ctx context.Context, tx *sql.Tx, _ string, _ event.DebitBalance, r event.BalanceDebited) error {
	_, err := s.manager.Refund(ctx, tx, r.PaymentID)
	return err
}

func (s *UserService) sagaCompleted(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var f event.SagaCompleted
	if err := event.Read(m, &f); err != nil {
		return err
	}
	return s.tell(ctx, tx, m, f.UserID, completed(f))
}

func (s *UserService) sagaFailed(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var f event.SagaFailed
	if err := event.Read(m, &f); err != nil {
		return err
	}
	return s.tell(ctx, tx, m, f.UserID, failed(f))
}

func (s *UserService) tell(ctx context.Context, tx *sql.Tx, m message.Message, user string, n Notification) error {
	if user == "" || n.SagaID == "" || n.Amount < 0 {
		return fmt.Errorf("%w: %s %s does not say whose saga ended, or of how much", message.ErrPoison, m.Type, m.ID)
	}
	return s.manager.Notify(ctx, tx, user, n)
}
