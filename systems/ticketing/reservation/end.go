package reservation

import (
	"context"
	"database/sql"
	"time"
)

// Sweep expires pending reservations whose time is over, those first that have been over for longest, and
// returns them; their seats are free. It never touches one that is being paid. limit is MaxListed if zero,
// less or more.
func (m ReservationManager) Sweep(ctx context.Context, tx *sql.Tx, now time.Time, limit int) ([]Reservation, error) {
	due, err := list(ctx, tx, dueSQL, now.UnixMilli(), bounded(limit))
	if err != nil {
		return nil, err
	}
	for i := range due {
		if _, err := end(ctx, tx, &due[i], Expired, "", now); err != nil {
			return nil, err
		}
	}
	return due, nil
}

func bounded(limit int) int {
	if limit < 1 || limit > MaxListed {
		return MaxListed
	}
	return limit
}

// GiveUp cancels a pending reservation for its buyer, and sets the seat free. released says that this call
// did; one that is cancelled already is nothing to do. It refuses with the codes not-found, foreign, paying,
// paid and expired.
func (m ReservationManager) GiveUp(ctx context.Context, tx *sql.Tx, user string, id int64, now time.Time) (r Reservation, released bool, err error) {
	if r, err = owned(ctx, tx, user, id); err != nil {
		return Reservation{}, false, err
	}
	if r.Status == Paying {
		return Reservation{}, false, standing(r)
	}
	return withdraw(ctx, tx, r, "", now)
}

// Withdraw cancels a reservation that is pending or being paid, for an admin's reason, and sets the seat
// free; a saga that is paying for it then fails at its step RESERVATION, and pays back. released says that
// this call did; one that is cancelled already is nothing to do. It refuses with the codes not-found, paid
// and expired.
func (m ReservationManager) Withdraw(ctx context.Context, tx *sql.Tx, id int64, reason string, now time.Time) (r Reservation, released bool, err error) {
	if r, err = read(ctx, tx, id); err != nil {
		return Reservation{}, false, err
	}
	return withdraw(ctx, tx, r, reason, now)
}

func withdraw(ctx context.Context, tx *sql.Tx, r Reservation, reason string, now time.Time) (Reservation, bool, error) {
	switch r.Status {
	case Pending, Paying:
		r.Reason = reason
		released, err := end(ctx, tx, &r, Cancelled, r.SagaID, now)
		return r, released, err
	case Cancelled:
		return r, false, nil
	}
	return Reservation{}, false, standing(r)
}

// owned returns a reservation of a user's. It refuses if there is none, or if it is somebody else's.
func owned(ctx context.Context, q querier, user string, id int64) (Reservation, error) {
	r, err := read(ctx, q, id)
	if err == nil && r.UserID != user {
		err = foreign(id)
	}
	if err != nil {
		return Reservation{}, err
	}
	return r, nil
}

// end moves a reservation to a status in which it holds no seat, and sets the seat free if its holder is
// this reservation: it may be somebody else's by now.
func end(ctx context.Context, tx *sql.Tx, r *Reservation, to Status, sagaID string, now time.Time) (released bool, err error) {
	if err := move(ctx, tx, r, to, sagaID, now); err != nil {
		return false, err
	}
	return turn(ctx, tx, freeSQL, r)
}
