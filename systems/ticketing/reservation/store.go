package reservation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// querier is what reads need: a transaction, or the pool of reading connections.
type querier interface {
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

const (
	columns = `select r.id, r.user, r.concert, r.schedule, r.seat, r.price, r.status, r.expires_at, r.saga, r.token,
		r.reason, r.created, r.updated, s.version
		from reservation r join reservation_seat s on s.schedule = r.schedule and s.number = r.seat `
	oneSQL     = columns + `where r.id = ?`
	mineSQL    = columns + `where r.user = ? and r.id < ? order by r.id desc limit ?`
	dueSQL     = columns + `where r.status = 'PAYMENT_PENDING' and r.expires_at <= ? order by r.expires_at limit ?`
	requestSQL = columns + `where r.user = ? and r.request_key = ? order by r.id limit ?`
)

// list returns the reservations that a query finds.
func list(ctx context.Context, q querier, query string, args ...any) ([]Reservation, error) {
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("reservation: read reservations: %w", err)
	}
	defer rows.Close()
	var all []Reservation
	for rows.Next() {
		var r Reservation
		var expires, created, updated int64
		if err := rows.Scan(&r.ID, &r.UserID, &r.ConcertID, &r.ScheduleID, &r.Seat, &r.Price, &r.Status, &expires, &r.SagaID, &r.Token,
			&r.Reason, &created, &updated, &r.Version); err != nil {
			return nil, fmt.Errorf("reservation: read reservations: %w", err)
		}
		r.ExpiresAt, r.CreatedAt, r.UpdatedAt = instant(expires), instant(created), instant(updated)
		all = append(all, r)
	}
	return all, rows.Err()
}

// read returns one reservation. It refuses if there is none.
func read(ctx context.Context, q querier, id int64) (Reservation, error) {
	found, err := list(ctx, q, oneSQL, id)
	if err != nil {
		return Reservation{}, err
	}
	if len(found) == 0 {
		return Reservation{}, missing(id)
	}
	return found[0], nil
}

func instant(milliseconds int64) time.Time { return time.UnixMilli(milliseconds).UTC() }

// insert writes a new reservation and gives it its id.
func insert(ctx context.Context, tx *sql.Tx, r *Reservation, key string) error {
	result, err := tx.ExecContext(ctx, `
		insert into reservation (user, concert, schedule, seat, price, status, expires_at, token, request_key, created, updated)
		values (?, ?, ?, ?, ?, ?, ?, ?, nullif(?, ''), ?, ?)`,
		r.UserID, r.ConcertID, r.ScheduleID, r.Seat, r.Price, r.Status, r.ExpiresAt.UnixMilli(), r.Token, key,
		r.CreatedAt.UnixMilli(), r.UpdatedAt.UnixMilli())
	if err == nil {
		r.ID, err = result.LastInsertId()
	}
	if err != nil {
		return fmt.Errorf("reservation: insert seat %d of schedule %d: %w", r.Seat, r.ScheduleID, err)
	}
	return nil
}

// move takes a reservation from the status and the saga that were read to others. That they are still
// those that were read is the last guard; in a transaction that may write from its beginning they are.
func move(ctx context.Context, tx *sql.Tx, r *Reservation, to Status, sagaID string, now time.Time) error {
	result, err := tx.ExecContext(ctx, `
		update reservation set status = ?, saga = ?, reason = ?, updated = ? where id = ? and status = ? and saga = ?`,
		to, sagaID, r.Reason, now.UnixMilli(), r.ID, r.Status, r.SagaID)
	if err != nil {
		return fmt.Errorf("reservation: move %d to %s: %w", r.ID, to, err)
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, fmt.Errorf("reservation: %d was not %s any more; begin the transaction with BEGIN IMMEDIATE", r.ID, r.Status))
	}
	r.Status, r.SagaID, r.UpdatedAt = to, sagaID, instant(now.UnixMilli())
	return nil
}

const (
	takeSQL = `update reservation_seat set holder = ?1, version = version + 1
		where schedule = ?2 and number = ?3 and holder is null returning version`
	freeSQL = `update reservation_seat set holder = null, version = version + 1
		where holder = ?1 and schedule = ?2 and number = ?3 returning version`
	sellSQL = `update reservation_seat set version = version + 1
		where holder = ?1 and schedule = ?2 and number = ?3 returning version`
)

// turn changes the seat of a reservation by one of the statements above, if the seat is as they want it.
func turn(ctx context.Context, tx *sql.Tx, statement string, r *Reservation) (bool, error) {
	err := tx.QueryRowContext(ctx, statement, r.ID, r.ScheduleID, r.Seat).Scan(&r.Version)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	if err != nil {
		return false, fmt.Errorf("reservation: change seat %d of schedule %d: %w", r.Seat, r.ScheduleID, err)
	}
	return true, nil
}
