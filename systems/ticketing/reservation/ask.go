package reservation

import (
	"context"
	"database/sql"
	"errors"
	"math"
	"net/http"

	"github.com/seosa-dev/saga/systems/ticketing/access"
)

// Hold reserves seats for a buyer whose turn it is, all of them or none, and returns the reservations by
// seat as they were asked for. A repeat under the same Key gets what the first was given, as it now stands.
// The error is a [*participant.Refusal], a [*web.Problem] of the gate's, or something else; after any of
// them nothing is held.
func (s *ReservationService) Hold(ctx context.Context, q Request) ([]Reservation, error) {
	if err := q.check(); err != nil {
		return nil, err
	}
	if before, err := repeated(ctx, s.db.Read, q); err != nil || before != nil {
		return before, err
	}
	if err := s.pass(ctx, q); err != nil { // another service is called, so no transaction is open yet
		return nil, err
	}
	// A seat is free when its hold is over, not when the sweeper comes by. What is swept stays so if this hold is
	// refused.
	if _, err := s.Sweep(ctx); err != nil {
		return nil, err
	}
	var reserved []Reservation
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if reserved, err = s.manager.Repeated(ctx, tx, q); err != nil || reserved != nil {
			return err
		}
		if reserved, err = s.manager.Hold(ctx, tx, q, s.now()); err != nil {
			return err
		}
		return tell(ctx, tx, held, reserved...)
	})
	if err != nil {
		return nil, err
	}
	return reserved, nil
}

// pass lets those through whose turn it is.
func (s *ReservationService) pass(ctx context.Context, q Request) error {
	p, err := s.gate.Check(ctx, q.Token)
	switch {
	case errors.Is(err, access.ErrNoPass):
		return newProblem(http.StatusUnauthorized, "unknown-token", "The queue does not know the token",
			"Nothing was reserved. Get a token with POST /queue/tokens, and send it as "+tokenHeader+" when your turn has come.")
	case err != nil:
		s.logger.WarnContext(ctx, "the queue could not be asked; nobody can reserve", "service", service, "error", err)
		return newProblem(http.StatusServiceUnavailable, "queue-away", "The queue does not answer",
			"Nothing was reserved, and you keep your place. Send the same request again in a moment.")
	case p.UserID != q.UserID:
		return newProblem(http.StatusForbidden, "foreign-token", "The token is somebody else's",
			"Nothing was reserved. Get a token of your own with POST /queue/tokens.")
	case p.ConcertID != 0 && p.ConcertID != q.ConcertID:
		return newProblem(http.StatusForbidden, OtherConcert, "The token is for another concert",
			"Nothing was reserved. Get a token for this concert with POST /queue/tokens.")
	case p.Ended:
		return newProblem(http.StatusForbidden, "not-your-turn", "The token is over",
			"Nothing was reserved. The token is used up, expired or taken away; enter the line again with POST /queue/tokens.")
	case !p.Active:
		return newProblem(http.StatusForbidden, "not-your-turn", "The token is not active",
			"Nothing was reserved. GET /queue/tokens/me says how long the queue is; come back when your turn has come.")
	}
	return nil
}

// Reservation returns one of a buyer's reservations. It refuses with the codes not-found and foreign.
func (s *ReservationService) Reservation(ctx context.Context, user string, id int64) (Reservation, error) {
	return owned(ctx, s.db.Read, user, id)
}

// Reservations returns a buyer's reservations, the latest first, from the one before the id after. after is
// the beginning if zero or less; limit is MaxListed if zero, less or more.
func (s *ReservationService) Reservations(ctx context.Context, user string, after int64, limit int) ([]Reservation, error) {
	if after < 1 {
		after = math.MaxInt64
	}
	return list(ctx, s.db.Read, mineSQL, user, after, bounded(limit))
}

// GiveUp cancels a pending reservation for its buyer; see [ReservationManager.GiveUp].
func (s *ReservationService) GiveUp(ctx context.Context, user string, id int64) (Reservation, error) {
	return s.end(ctx, func(ctx context.Context, tx *sql.Tx) (Reservation, bool, error) {
		return s.manager.GiveUp(ctx, tx, user, id, s.now())
	})
}

// Withdraw cancels a reservation that is pending or being paid for an admin; see
// [ReservationManager.Withdraw]. Who did it and why is logged.
func (s *ReservationService) Withdraw(ctx context.Context, admin string, id int64, reason string) (Reservation, error) {
	r, err := s.end(ctx, func(ctx context.Context, tx *sql.Tx) (Reservation, bool, error) {
		return s.manager.Withdraw(ctx, tx, id, reason, s.now())
	})
	if err == nil {
		s.logger.InfoContext(ctx, "a reservation was cancelled by an admin",
			"service", service, "reservation", id, "saga", r.SagaID, "admin", admin, "reason", reason)
	}
	return r, err
}

func (s *ReservationService) end(ctx context.Context, fn func(context.Context, *sql.Tx) (Reservation, bool, error)) (Reservation, error) {
	var ended Reservation
	err := s.change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		r, freed, err := fn(ctx, tx)
		if ended = r; err != nil || !freed {
			return err
		}
		return tell(ctx, tx, released, r)
	})
	if err != nil {
		return Reservation{}, err
	}
	return ended, nil
}
