package concert

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

const (
	insertConcertSQL  = `insert into concert (title, description, status) values (?, ?, ?)`
	insertScheduleSQL = `insert into schedule (concert, concert_at, available_at) values (?, ?, ?)`
	insertSeatsSQL    = `insert into concert_seat (schedule, number, price) select ?, key + 1, value from json_each(?)`
	insertDecisionSQL = `insert into concert_decision (concert, closed, reason, admin, at) values (?, ?, ?, ?, ?)`

	decideSQL = `update concert set closed = ?1, version = version + 1 where id = ?2 and closed <> ?1`
	statusSQL = `update concert set status = ?, version = version + 1 where id = ?`

	// Without its name, SQLite looks at the sold seats too, which are all there are when it matters.
	standingSQL = `
		select c.status, c.closed, c.version, exists (
			select 1 from schedule s join concert_seat t indexed by concert_seat_unsold on t.schedule = s.id
			where s.concert = c.id and t.status <> 'SOLD')
		from concert c where c.id = ?`
	seatSQL = `
		select exists (
			select 1 from concert_seat t join schedule s on s.id = t.schedule where t.schedule = ? and t.number = ? and s.concert = ?)`

	holdSQL = `
		update concert_seat set status = 'HELD', reservation = ?1, version = ?2
		where schedule = ?3 and number = ?4 and version < ?2`
	releaseSQL = `
		update concert_seat set status = 'AVAILABLE', reservation = null, version = ?1
		where schedule = ?2 and number = ?3 and version < ?1`
	// What a sale knows may have been told before as a hold of the same version.
	sellSQL = `
		update concert_seat set status = 'SOLD', reservation = ?1, version = ?2
		where schedule = ?3 and number = ?4 and version <= ?2`
	unsellSQL = `
		update concert_seat set status = 'HELD'
		where schedule = ? and number = ? and status = 'SOLD' and reservation = ?`
)

// standing is what a concert's status follows from.
type standing struct {
	status       Status
	closed, left bool // left: a seat is not sold
	version      int64
}

func readStanding(ctx context.Context, tx *sql.Tx, concert int64) (standing, error) {
	var s standing
	err := tx.QueryRowContext(ctx, standingSQL, concert).Scan(&s.status, &s.closed, &s.version, &s.left)
	if errors.Is(err, sql.ErrNoRows) {
		return s, fmt.Errorf("%w: %d", ErrNotFound, concert)
	}
	if err != nil {
		return s, fmt.Errorf("concert: how %d stands: %w", concert, err)
	}
	return s, nil
}

// checkSeat reports a line that names no seat of the concert.
func checkSeat(ctx context.Context, tx *sql.Tx, concert int64, l event.Line) error {
	var known bool
	if err := tx.QueryRowContext(ctx, seatSQL, l.ScheduleID, l.Seat, concert).Scan(&known); err != nil {
		return fmt.Errorf("concert: find seat %d of schedule %d: %w", l.Seat, l.ScheduleID, err)
	}
	if !known {
		return fmt.Errorf("%w: seat %d of schedule %d of concert %d", ErrUnknownSeat, l.Seat, l.ScheduleID, concert)
	}
	return nil
}

func insert(ctx context.Context, tx *sql.Tx, query string, args ...any) (id int64, err error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.LastInsertId()
}

func update(ctx context.Context, tx *sql.Tx, query string, args ...any) (rows int64, err error) {
	result, err := tx.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return result.RowsAffected()
}
