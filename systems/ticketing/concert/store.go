package concert

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the service's tables in a database, which may have others.
func Migrate(ctx context.Context, db *sqlite.DB) error {
	return db.Migrate(ctx, migrations, "concert_migrations")
}

// maxRows is the most that a list returns at once.
const maxRows = 100

const (
	availableSQL = `
		select id, title, description, status, closed from concert
		where status = 'AVAILABLE' and id > ? order by id limit ?`
	concertsSQL  = `select id, title, description, status, closed from concert where id > ? order by id limit ?`
	concertSQL   = `select id, title, description, status, closed from concert where id = ?`
	schedulesSQL = `select id, concert_at, available_at from schedule where concert = ? order by concert_at, id`
	scheduledSQL = `select exists (select 1 from schedule where id = ? and concert = ?)`
	seatsSQL     = `select number, price, status from concert_seat where schedule = ? order by number`
	decisionsSQL = `
		select id, closed, reason, admin, at from concert_decision
		where concert = ? and id > ? order by id limit ?`
)

// Querier is what reading needs: a transaction, or the connections that read.
type Querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Concerts lists concerts by their ids, at most limit (1 to 100), those after one of them if after is
// not 0: the available ones, or all of them.
func (ConcertManager) Concerts(ctx context.Context, q Querier, all bool, after int64, limit int) ([]Concert, error) {
	query := availableSQL
	if all {
		query = concertsSQL
	}
	return collect(ctx, q, "list concerts", func(rows *sql.Rows) (c Concert, err error) {
		return c, rows.Scan(&c.ID, &c.Title, &c.Description, &c.Status, &c.Closed)
	}, query, after, min(max(limit, 1), maxRows))
}

// Concert returns one concert. The error matches [ErrNotFound] if there is none with this id.
func (ConcertManager) Concert(ctx context.Context, q Querier, id int64) (Concert, error) {
	var c Concert
	err := q.QueryRowContext(ctx, concertSQL, id).Scan(&c.ID, &c.Title, &c.Description, &c.Status, &c.Closed)
	if errors.Is(err, sql.ErrNoRows) {
		return c, fmt.Errorf("%w: concert %d", ErrNotFound, id)
	}
	if err != nil {
		return c, fmt.Errorf("concert: read %d: %w", id, err)
	}
	return c, nil
}

// Timetable returns a concert's dates, which is all of them. The error matches [ErrNotFound] if there is
// no such concert.
func (m ConcertManager) Timetable(ctx context.Context, q Querier, id int64) (Timetable, error) {
	c, err := m.Concert(ctx, q, id)
	if err != nil {
		return Timetable{}, err
	}
	schedules, err := collect(ctx, q, "list schedules", func(rows *sql.Rows) (s Schedule, err error) {
		var at, from int64
		err = rows.Scan(&s.ID, &at, &from)
		s.ConcertAt, s.ReservationAvailableAt = time.UnixMilli(at).UTC(), time.UnixMilli(from).UTC()
		return s, err
	}, schedulesSQL, id)
	return Timetable{ConcertID: c.ID, Status: c.Status, Schedules: schedules}, err
}

// Seats returns all seats of a date by their numbers, at most MaxSeats. The error matches [ErrNotFound]
// if the concert has no such date.
func (ConcertManager) Seats(ctx context.Context, q Querier, concert, schedule int64) ([]Seat, error) {
	var known bool
	if err := q.QueryRowContext(ctx, scheduledSQL, schedule, concert).Scan(&known); err != nil {
		return nil, fmt.Errorf("concert: find schedule %d: %w", schedule, err)
	}
	if !known {
		return nil, fmt.Errorf("%w: schedule %d of concert %d", ErrNotFound, schedule, concert)
	}
	return collect(ctx, q, "list seats", func(rows *sql.Rows) (s Seat, err error) {
		return s, rows.Scan(&s.Number, &s.Price, &s.Status)
	}, seatsSQL, schedule)
}

// Decisions lists what admins decided about a concert, oldest first, at most limit (1 to 100), those
// after one of them if after is not 0. The error matches [ErrNotFound].
func (m ConcertManager) Decisions(ctx context.Context, q Querier, id, after int64, limit int) ([]Decision, error) {
	if _, err := m.Concert(ctx, q, id); err != nil {
		return nil, err
	}
	return collect(ctx, q, "list decisions", func(rows *sql.Rows) (d Decision, err error) {
		var at int64
		err = rows.Scan(&d.ID, &d.Closed, &d.Reason, &d.Admin, &at)
		d.At = time.UnixMilli(at).UTC()
		return d, err
	}, decisionsSQL, id, after, min(max(limit, 1), maxRows))
}

// collect reads all rows of a query; none is an empty list.
func collect[T any](ctx context.Context, q Querier, what string, scan func(*sql.Rows) (T, error), query string, args ...any) ([]T, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("concert: %s: %w", what, err)
	}
	defer rows.Close()
	all := []T{}
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("concert: %s: %w", what, err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("concert: %s: %w", what, err)
	}
	return all, nil
}
