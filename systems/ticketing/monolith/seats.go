package monolith

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// seats shows to the concert's part what the reservations' part has done, in the same transaction. Between the
// services that is a message.
type seats struct {
	changed []int64 // concerts whose status is another one now
}

func (s *seats) change(ctx context.Context, tx *sql.Tx,
	how func(context.Context, *sql.Tx, int64, event.Line) (concert.Change, error), all ...reservation.Reservation,
) error {
	for _, r := range all {
		change, err := how(ctx, tx, r.ConcertID, r.Line())
		if err != nil {
			return err
		}
		if change.Changed() {
			s.changed = append(s.changed, change.ConcertID)
		}
	}
	return nil
}

// shown is a transaction that changes seats. The caches are evicted when it has committed.
func (m *Monolith) shown(ctx context.Context, fn func(context.Context, *sql.Tx, *seats) error) error {
	var seen seats
	err := m.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error { return fn(ctx, tx, &seen) })
	m.cache.Evict(seen.changed...) // also after an error: a commit that failed may be on disk
	return err
}

// source is the database as the caches read it.
type source struct{ db *sql.DB }

// Available implements [concert.Source].
func (s source) Available(ctx context.Context) ([]concert.Concert, error) {
	return concert.ConcertManager{}.Concerts(ctx, s.db, false, 0, 100)
}

// Timetable implements [concert.Source].
func (s source) Timetable(ctx context.Context, id int64) (concert.Timetable, error) {
	return concert.ConcertManager{}.Timetable(ctx, s.db, id)
}
