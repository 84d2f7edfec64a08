package monolith

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Enter puts a buyer into the line of a concert, or returns the place that the buyer has there. It refuses
// with the code sold-out. The error matches [concert.ErrNotFound] or [line.ErrUnavailable].
func (m *Monolith) Enter(ctx context.Context, userID string, concertID int64) (line.Place, error) {
	if err := m.config.Before(ctx, "queue"); err != nil {
		return line.Place{}, err
	}
	c, err := m.Payments.concerts.Concert(ctx, m.db.Read, concertID)
	if err != nil {
		return line.Place{}, err
	}
	if c.Status == concert.Unavailable {
		return line.Place{}, refuse("sold-out", "Nobody is let in any more; choose another concert.")
	}
	return m.tokens.Enter(ctx, rand.Text(), userID, concertID, m.config.Now())
}

// Look says where a token stands, and keeps one that waits alive. The error matches [line.ErrUnknown] or
// [line.ErrUnavailable].
func (m *Monolith) Look(ctx context.Context, token string) (line.Place, error) {
	if err := m.config.Before(ctx, "queue"); err != nil {
		return line.Place{}, err
	}
	return m.tokens.Look(ctx, token, m.config.Now())
}

// Leave takes a token out of the line. The error matches [line.ErrUnknown] or [line.ErrUnavailable].
func (m *Monolith) Leave(ctx context.Context, token string) error {
	_, err := m.tokens.End(ctx, token, line.Expired, m.config.Now())
	return err
}

// Charge puts money into a buyer's balance, once for each key. It refuses as user.UserManager.Charge does.
func (m *Monolith) Charge(ctx context.Context, userID string, amount int64, key string) (e user.Entry, err error) {
	err = m.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if err = m.config.Before(ctx, "user"); err == nil {
			e, err = m.Payments.users.Charge(ctx, tx, userID, amount, key)
		}
		return err
	})
	return e, err
}

// Hold reserves seats for a buyer whose turn it is, all of them or none. A repeat under the same Key gets the
// same. It refuses as reservation.ReservationManager.Hold does, and with the codes not-admitted and
// foreign-token. The error matches [line.ErrUnknown] or [line.ErrUnavailable] if it is the queue's.
func (m *Monolith) Hold(ctx context.Context, q reservation.Request) (held []reservation.Reservation, err error) {
	if err := m.mayHold(ctx, q); err != nil {
		return nil, err
	}
	err = m.shown(ctx, func(ctx context.Context, tx *sql.Tx, seen *seats) error {
		if held, err = m.Payments.reservations.Repeated(ctx, tx, q); err != nil || held != nil {
			return err
		}
		if _, err := m.sweep(ctx, tx, seen); err != nil { // a seat is free when its hold is over
			return err
		}
		if held, err = m.Payments.reservations.Hold(ctx, tx, q, m.config.Now()); err != nil {
			return err
		}
		return seen.change(ctx, tx, m.Payments.concerts.Hold, held...)
	})
	if err != nil {
		return nil, err
	}
	return held, nil
}

func (m *Monolith) mayHold(ctx context.Context, q reservation.Request) error {
	concertID, err := m.Payments.admitted(ctx, q.Token, q.UserID)
	if err != nil {
		return err
	}
	if concertID != q.ConcertID {
		err = refuse("foreign-token", "Nothing was reserved. Get a token for this concert with POST /queue/tokens.")
	}
	return errors.Join(err, m.config.Before(ctx, "reservation"))
}

// GiveUp cancels a buyer's pending reservation, and the seat is free. It refuses as
// reservation.ReservationManager.GiveUp does.
func (m *Monolith) GiveUp(ctx context.Context, userID string, id int64) (r reservation.Reservation, err error) {
	err = m.shown(ctx, func(ctx context.Context, tx *sql.Tx, seen *seats) error {
		var freed bool
		if r, freed, err = m.Payments.reservations.GiveUp(ctx, tx, userID, id, m.config.Now()); err != nil || !freed {
			return err
		}
		return seen.change(ctx, tx, m.Payments.concerts.Release, r)
	})
	return r, err
}

// CreateConcert makes a concert whose seats can be reserved, both in one transaction. The error matches
// [concert.ErrInvalid].
func (m *Monolith) CreateConcert(ctx context.Context, d concert.Draft) (c concert.Concert, err error) {
	err = m.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		made, opened, err := m.Payments.concerts.Create(ctx, tx, d, m.config.Now())
		if err != nil {
			return err
		}
		for _, o := range opened {
			if err := m.Payments.reservations.Open(ctx, tx, o); err != nil {
				return fmt.Errorf("monolith: open the seats: %w", err)
			}
		}
		c = made
		return nil
	})
	if err == nil {
		m.cache.Evict(c.ID)
	}
	return c, err
}
