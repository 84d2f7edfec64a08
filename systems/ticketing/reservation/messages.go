package reservation

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

// The states of a seat that ReservationUpdated tells.
const (
	held     = "HELD"
	released = "RELEASED"
)

const service = "reservation"

// tell says in the transaction of a change what became of seats.
func tell(ctx context.Context, tx *sql.Tx, status string, changed ...Reservation) error {
	told := make([]message.Message, 0, len(changed))
	for _, r := range changed {
		m, err := message.New(event.Source(service), "ReservationUpdated", fmt.Sprintf("seat/%d/%d", r.ScheduleID, r.Seat),
			event.ReservationUpdated{ConcertID: r.ConcertID, UserID: r.UserID, Status: status, Line: r.Line()})
		if err != nil {
			return fmt.Errorf("reservation: tell of seat %d of schedule %d: %w", r.Seat, r.ScheduleID, err)
		}
		told = append(told, m)
	}
	return sqlite.Bind(tx).Append(ctx, told...)
}

// Handlers are what the service takes, by the types of messages: ScheduleOpened, ConcertStatusUpdated,
// and the triggers and questions of the steps CLAIM and RESERVATION. They are safe for concurrent use.
func (s *ReservationService) Handlers() map[string]message.Handler {
	claim := event.Desk{
		Step: event.StepOf(event.Claim), Committed: s.relay.Wake,
		Operation: sqlite.Operation(s.db, "claim", s.claim, s.unclaim),
	}
	complete := event.Desk{
		Step: event.StepOf(event.Reservation), Committed: s.relay.Wake,
		Operation: sqlite.Operation(s.db, "reservation", s.complete, s.cancel),
	}
	all := map[string]message.Handler{
		"ScheduleOpened":       sqlite.Consumer(s.db, service, s.scheduleOpened),
		"ConcertStatusUpdated": sqlite.Consumer(s.db, service, s.concertStatusUpdated),
	}
	maps.Copy(all, claim.Handlers())
	maps.Copy(all, complete.Handlers())
	return all
}

func (s *ReservationService) scheduleOpened(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var o event.ScheduleOpened
	if err := event.Read(m, &o); err != nil {
		return err
	}
	return poison(s.manager.Open(ctx, tx, o))
}

func (s *ReservationService) concertStatusUpdated(ctx context.Context, tx *sql.Tx, m message.Message) error {
	var c event.ConcertStatusUpdated
	if err := event.Read(m, &c); err != nil {
		return err
	}
	return poison(s.manager.Stand(ctx, tx, c))
}

// poison marks what no repeat can help.
func poison(err error) error {
	if errors.Is(err, participant.ErrInvalid) {
		return fmt.Errorf("%w: %w", message.ErrPoison, err)
	}
	return err
}

func (s *ReservationService) claim(ctx context.Context, tx *sql.Tx, key string, c event.ClaimReservations) (event.ReservationsClaimed, error) {
	if err := own(event.Claim, c.SagaID, key); err != nil {
		return event.ReservationsClaimed{}, err
	}
	sale, err := s.manager.Claim(ctx, tx, c, s.now())
	return event.ReservationsClaimed{Sale: sale}, err
}

func (s *ReservationService) unclaim(ctx context.Context, tx *sql.Tx, _ string, _ event.ClaimReservations, r event.ReservationsClaimed) error {
	freed, err := s.manager.Unclaim(ctx, tx, r.Sale, s.now())
	if err != nil {
		return err
	}
	return tell(ctx, tx, released, freed...)
}

func (s *ReservationService) complete(ctx context.Context, tx *sql.Tx, key string, c event.PaymentCompleted) (event.ReservationsCompleted, error) {
	if err := own(event.Reservation, c.Sale.SagaID, key); err != nil {
		return event.ReservationsCompleted{}, err
	}
	sale, err := s.manager.Complete(ctx, tx, c.Sale, s.now())
	return event.ReservationsCompleted{Sale: sale}, err
}

func (s *ReservationService) cancel(ctx context.Context, tx *sql.Tx, _ string, _ event.PaymentCompleted, r event.ReservationsCompleted) error {
	freed, err := s.manager.Cancel(ctx, tx, r.Sale, s.now())
	if err != nil {
		return err
	}
	return tell(ctx, tx, released, freed...)
}

// own refuses data that is about another saga than its message: a step is done under its own saga's key.
func own(step event.SagaStep, sagaID, key string) error {
	if step.Key(sagaID) != key {
		return fmt.Errorf("%w: the data are of saga %.40q and the key is %.80q", participant.ErrInvalid, sagaID, key)
	}
	return nil
}
