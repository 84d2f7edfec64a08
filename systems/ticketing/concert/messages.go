package concert

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"maps"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Handlers are what the service takes, by the types of messages: those of its step in the saga, and
// ReservationUpdated. They are safe for concurrent use.
func (s *ConcertService) Handlers() map[string]message.Handler {
	all := maps.Clone(s.desk.Handlers())
	all["ReservationUpdated"] = sqlite.Consumer(s.writer, "concert", s.reservationUpdated)
	return all
}

// reservationUpdated keeps the seats as the reservation service tells of them.
func (s *ConcertService) reservationUpdated(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var told event.ReservationUpdated
	if err := event.Read(m, &told); err != nil {
		return err
	}
	how := s.manager.Hold
	switch told.Status {
	case "HELD":
	case "RELEASED":
		how = s.manager.Release
	default:
		return fmt.Errorf("%w: %s %s has the status %.40q", message.ErrPoison, m.Type, m.ID, told.Status)
	}
	change, err := how(ctx, tx, told.ConcertID, told.Line)
	if errors.Is(err, ErrUnknownSeat) {
		return fmt.Errorf("%w: %s %s: %w", message.ErrPoison, m.Type, m.ID, err)
	}
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, change)
}

// sell is what the step does. Its change of the status is told by the step's answer.
func (s *ConcertService) sell(ctx context.Context, tx *sql.Tx, _ string, c event.QueueCompleted) (event.ConcertStatusUpdated, error) {
	change, err := s.manager.Sell(ctx, tx, c.Sale.ConcertID, c.Sale.Lines)
	switch {
	case errors.Is(err, ErrClosed):
		return event.ConcertStatusUpdated{}, &participant.Refusal{
			Code: "concert-closed", Detail: "The concert was closed by an administrator. Choose another one; nothing is sold for this one any more.",
		}
	case errors.Is(err, ErrUnknownSeat), errors.Is(err, ErrNotFound):
		return event.ConcertStatusUpdated{}, &participant.Refusal{
			Code: "unknown-seat", Detail: err.Error() + ". Take seats from GET /concerts/{id}/schedules/{schedule}/seats.",
		}
	case err != nil:
		return event.ConcertStatusUpdated{}, err
	}
	s.note(tx, change)
	return event.ConcertStatusUpdated{
		SagaID: c.Sale.SagaID, ConcertID: change.ConcertID, Before: string(change.Before), After: string(change.After), Version: change.Version,
	}, nil
}

// unsell is how the step is undone. A change of the status is a fact of its own, since the step's answer
// says no more than that it is undone.
func (s *ConcertService) unsell(ctx context.Context, tx *sql.Tx, _ string, c event.QueueCompleted, _ event.ConcertStatusUpdated) error {
	change, err := s.manager.Unsell(ctx, tx, c.Sale.ConcertID, c.Sale.Lines)
	if err != nil {
		return err
	}
	return s.tell(ctx, tx, change)
}

// tell says outside a saga how a concert stands, if that has changed.
func (s *ConcertService) tell(ctx context.Context, tx *sql.Tx, change Change) error {
	s.note(tx, change)
	if !change.Changed() {
		return nil
	}
	return s.say(ctx, tx, "ConcertStatusUpdated", fmt.Sprintf("concert/%d", change.ConcertID), event.ConcertStatusUpdated{
		ConcertID: change.ConcertID, Before: string(change.Before), After: string(change.After), Version: change.Version,
	})
}

// note has the caches evicted when the transaction has committed, if the status has changed.
func (s *ConcertService) note(tx *sql.Tx, change Change) {
	if change.Changed() {
		s.writer.note(tx, change.ConcertID)
	}
}

// say appends a fact that belongs to no saga.
func (s *ConcertService) say(ctx context.Context, tx *sql.Tx, typ, key string, data any) error {
	m, err := message.New(event.Source("concert"), typ, key, data)
	if err != nil {
		return fmt.Errorf("concert: %w", err)
	}
	return sqlite.Bind(tx).Append(ctx, m)
}
