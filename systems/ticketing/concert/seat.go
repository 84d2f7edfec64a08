package concert

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Hold notes that a reservation holds a seat, unless something newer is known of it. The error matches
// [ErrUnknownSeat].
func (m ConcertManager) Hold(ctx context.Context, tx *sql.Tx, concert int64, line event.Line) (Change, error) {
	return m.move(ctx, tx, concert, []event.Line{line}, func(l event.Line) (string, []any) {
		return holdSQL, []any{l.ReservationID, l.Version, l.ScheduleID, l.Seat}
	})
}

// Release notes that a seat is free, unless something newer is known of it. The error matches
// [ErrUnknownSeat].
func (m ConcertManager) Release(ctx context.Context, tx *sql.Tx, concert int64, line event.Line) (Change, error) {
	return m.move(ctx, tx, concert, []event.Line{line}, func(l event.Line) (string, []any) {
		return releaseSQL, []any{l.Version, l.ScheduleID, l.Seat}
	})
}

// Sell notes that seats are sold, each unless something newer is known of it. The error matches
// [ErrClosed] or [ErrUnknownSeat]; then no seat has changed.
func (m ConcertManager) Sell(ctx context.Context, tx *sql.Tx, concert int64, lines []event.Line) (Change, error) {
	if len(lines) == 0 {
		return Change{}, fmt.Errorf("%w: the sale names none", ErrUnknownSeat)
	}
	now, err := readStanding(ctx, tx, concert)
	if err != nil {
		return Change{}, err
	}
	if now.closed {
		return Change{}, fmt.Errorf("%w: concert %d", ErrClosed, concert)
	}
	return m.move(ctx, tx, concert, lines, func(l event.Line) (string, []any) {
		return sellSQL, []any{l.ReservationID, l.Version, l.ScheduleID, l.Seat}
	})
}

// Unsell takes back what Sell did: seats that are still sold to the lines' reservations are held by
// them again, until the reservation service says that they are free. The error matches [ErrUnknownSeat].
func (m ConcertManager) Unsell(ctx context.Context, tx *sql.Tx, concert int64, lines []event.Line) (Change, error) {
	return m.move(ctx, tx, concert, lines, func(l event.Line) (string, []any) {
		return unsellSQL, []any{l.ScheduleID, l.Seat, l.ReservationID}
	})
}

// move changes seats and then the concert's status.
func (m ConcertManager) move(ctx context.Context, tx *sql.Tx, concert int64, lines []event.Line,
	statement func(event.Line) (string, []any),
) (Change, error) {
	for _, l := range lines {
		if err := checkSeat(ctx, tx, concert, l); err != nil {
			return Change{}, err
		}
	}
	for _, l := range lines {
		query, args := statement(l)
		if _, err := update(ctx, tx, query, args...); err != nil {
			return Change{}, fmt.Errorf("concert: seat %d of schedule %d: %w", l.Seat, l.ScheduleID, err)
		}
	}
	return m.stand(ctx, tx, concert)
}
