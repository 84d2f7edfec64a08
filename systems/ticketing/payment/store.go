package payment

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

func millis(t time.Time) int64 { return t.UnixMilli() }

func moment(ms int64) time.Time { return time.UnixMilli(ms).UTC() }

func insert(ctx context.Context, tx *sql.Tx, p Payment) (isNew bool, err error) {
	done, err := tx.ExecContext(ctx, `
		insert into payment (id, saga, user, amount, status, created_at) values (?, ?, ?, ?, ?, ?) on conflict do nothing`,
		p.ID, p.SagaID, p.UserID, p.Amount, p.Status, millis(p.CreatedAt))
	if err != nil {
		return false, fmt.Errorf("payment: insert %s: %w", p.ID, err)
	}
	if n, err := done.RowsAffected(); err != nil || n == 0 {
		return false, err
	}
	for _, l := range p.Lines {
		if _, err := tx.ExecContext(ctx, `insert into payment_line (payment, reservation, price) values (?, ?, ?)`,
			p.ID, l.ReservationID, l.Amount); err != nil {
			return false, fmt.Errorf("payment: insert the lines of %s: %w", p.ID, err)
		}
	}
	return true, nil
}

// from is the only status from which a payment may go to another.
func from(to Status) Status {
	if to == Cancelled {
		return Completed
	}
	return Pending
}

func move(ctx context.Context, tx *sql.Tx, id string, to Status, now time.Time) (moved bool, err error) {
	var refunded any
	if to == Cancelled {
		refunded = millis(now)
	}
	done, err := tx.ExecContext(ctx, moveSQL, to, refunded, id, from(to))
	if err != nil {
		return false, fmt.Errorf("payment: update %s: %w", id, err)
	}
	n, err := done.RowsAffected()
	return n == 1, err
}

func record(ctx context.Context, tx *sql.Tx, id string, s Status, reason string, now time.Time) error {
	_, err := tx.ExecContext(ctx, recordSQL, id, s, reason, millis(now))
	if err != nil {
		return fmt.Errorf("payment: record %s: %w", id, err)
	}
	return nil
}

// The queries, by what they are for.
const (
	columns = `id, saga, user, amount, status, created_at, coalesce(refunded_at, 0)`

	moveSQL   = `update payment set status = ?, refunded_at = ? where id = ? and status = ?`
	recordSQL = `
		insert into payment_history (payment, number, status, reason, at)
		select ?1, count(*) + 1, ?2, ?3, ?4 from payment_history where payment = ?1`
	readSQL    = `select ` + columns + ` from payment where id = ?`
	linesSQL   = `select reservation, price from payment_line where payment = ? order by reservation`
	historySQL = `select status, reason, at from payment_history where payment = ? order by number`
	listSQL    = `select ` + columns + ` from payment where user = ?1 order by created_at desc, id desc limit ?2`
	// A condition that the first page goes without too would have each page read those before it.
	listAfterSQL = `select ` + columns + ` from payment
		where user = ?1 and (created_at, id) < (select created_at, id from payment where id = ?3 and user = ?1)
		order by created_at desc, id desc limit ?2`
)

func scan(row interface{ Scan(...any) error }) (Payment, error) {
	var p Payment
	var created, refunded int64
	err := row.Scan(&p.ID, &p.SagaID, &p.UserID, &p.Amount, &p.Status, &created, &refunded)
	p.CreatedAt = moment(created)
	if refunded != 0 {
		p.RefundedAt = moment(refunded)
	}
	return p, err
}

func read(ctx context.Context, q querier, id string) (Payment, error) {
	p, err := scan(q.QueryRowContext(ctx, readSQL, id))
	if errors.Is(err, sql.ErrNoRows) {
		return Payment{}, fmt.Errorf("%w: %.100s", ErrNotFound, id)
	}
	if err != nil {
		return Payment{}, fmt.Errorf("payment: read %s: %w", id, err)
	}
	p.Lines, err = readLines(ctx, q, id)
	return p, err
}

func readLines(ctx context.Context, q querier, id string) ([]Line, error) {
	rows, err := q.QueryContext(ctx, linesSQL, id)
	if err != nil {
		return nil, fmt.Errorf("payment: read the lines of %s: %w", id, err)
	}
	defer rows.Close()
	lines := []Line{}
	for rows.Next() {
		var l Line
		if err := rows.Scan(&l.ReservationID, &l.Amount); err != nil {
			return nil, fmt.Errorf("payment: read the lines of %s: %w", id, err)
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

// readAll returns a user's payments, newest first, those behind one of them if after is not empty.
func readAll(ctx context.Context, q querier, user, after string, limit int) ([]Payment, error) {
	query, args := listSQL, []any{user, limit}
	if after != "" {
		query, args = listAfterSQL, append(args, after)
	}
	rows, err := q.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, fmt.Errorf("payment: read the payments of %s: %w", user, err)
	}
	defer rows.Close()
	all := []Payment{}
	for rows.Next() {
		p, err := scan(rows)
		if err != nil {
			return nil, fmt.Errorf("payment: read the payments of %s: %w", user, err)
		}
		all = append(all, p)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	for i := range all {
		if all[i].Lines, err = readLines(ctx, q, all[i].ID); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func readHistory(ctx context.Context, q querier, id string) ([]Change, error) {
	rows, err := q.QueryContext(ctx, historySQL, id)
	if err != nil {
		return nil, fmt.Errorf("payment: read the history of %s: %w", id, err)
	}
	defer rows.Close()
	history := []Change{}
	for rows.Next() {
		var c Change
		var at int64
		if err := rows.Scan(&c.Status, &c.Reason, &at); err != nil {
			return nil, fmt.Errorf("payment: read the history of %s: %w", id, err)
		}
		c.At = moment(at)
		history = append(history, c)
	}
	return history, rows.Err()
}
