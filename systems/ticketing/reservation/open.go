package reservation

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the service's tables in a database, or brings them up to date. Their names begin with
// "reservation".
func Migrate(ctx context.Context, db *sqlite.DB) error {
	if err := db.Migrate(ctx, migrations, "reservation_migrations"); err != nil {
		return fmt.Errorf("reservation: %w", err)
	}
	return nil
}

// Open lets the seats of a date be reserved. A date that is open stays as it is. The error matches
// [participant.ErrInvalid] if this can be no date.
func (m ReservationManager) Open(ctx context.Context, tx *sql.Tx, o event.ScheduleOpened) error {
	if err := checkSchedule(o); err != nil {
		return err
	}
	result, err := tx.ExecContext(ctx, `
		insert into reservation_schedule (schedule, concert, available_at, concert_at) values (?, ?, ?, ?) on conflict do nothing`,
		o.ScheduleID, o.ConcertID, o.AvailableAt, o.ConcertAt)
	if err != nil {
		return fmt.Errorf("reservation: open schedule %d: %w", o.ScheduleID, err)
	}
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		return err
	}
	for i, price := range o.Prices {
		if _, err := tx.ExecContext(ctx, `insert into reservation_seat (schedule, number, concert, price) values (?, ?, ?, ?)`,
			o.ScheduleID, i+1, o.ConcertID, price); err != nil {
			return fmt.Errorf("reservation: open seat %d of schedule %d: %w", i+1, o.ScheduleID, err)
		}
	}
	return nil
}

func checkSchedule(o event.ScheduleOpened) error {
	if o.ScheduleID < 1 || o.ConcertID < 1 || len(o.Prices) < 1 || len(o.Prices) > MaxSchedule {
		return fmt.Errorf("%w: schedule %d of concert %d has %d seats; give ids from 1 and 1 to %d prices",
			participant.ErrInvalid, o.ScheduleID, o.ConcertID, len(o.Prices), MaxSchedule)
	}
	for i, price := range o.Prices {
		if price < 0 || price > MaxPrice {
			return fmt.Errorf("%w: seat %d of schedule %d costs %d; give a price from 0 to %d won",
				participant.ErrInvalid, i+1, o.ScheduleID, price, MaxPrice)
		}
	}
	return nil
}

// open refuses unless seats of the date can be reserved now.
func open(ctx context.Context, tx *sql.Tx, q Request, now time.Time) error {
	var concert, available, played int64
	err := tx.QueryRowContext(ctx, `select concert, available_at, concert_at from reservation_schedule where schedule = ?`, q.ScheduleID).
		Scan(&concert, &available, &played)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("reservation: read schedule %d: %w", q.ScheduleID, err)
	}
	switch {
	case err != nil || concert != q.ConcertID:
		return refuse(NotFound, "Concert %d has no schedule %d. Take one from GET /concerts/{id}/schedules.", q.ConcertID, q.ScheduleID)
	case now.UnixMilli() < available:
		return refuse(NotOpen, "Reserving begins at %s. Come back then.", instant(available).Format(time.RFC3339))
	case now.UnixMilli() >= played:
		return refuse(Played, "The concert began at %s. Choose another date.", instant(played).Format(time.RFC3339))
	}
	return nil
}
