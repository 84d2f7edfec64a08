package order

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

var (
	// errTaken says that the order is stored, but by another attempt.
	errTaken = errors.New("order: stored by another attempt")
	// errFenced says that this attempt may no longer store the order.
	errFenced = errors.New("order: the attempt is fenced")
)

// insertOrder stores the order, its status, its lines and Success in one transaction, once: the
// attempt that stored it finds it done. The error matches errTaken or errFenced if the attempt will
// never store it, and sqlite.ErrCommit if it is not known whether it did.
func (s *store) insertOrder(ctx context.Context, o Order) error {
	return s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if stored, err := storedBy(ctx, tx, o); stored || err != nil {
			return err
		}
		if fenced, err := isFenced(ctx, tx, o); err != nil {
			return err
		} else if fenced {
			return errFenced
		}
		if err := writeOrder(ctx, tx, o); err != nil {
			return err
		}
		if open, err := s.settle(ctx, tx, o, Success, Refusal{}); err != nil || !open {
			return errors.Join(err, fmt.Errorf("order: attempt %d of order %d is not open", o.Attempt, o.ID))
		}
		return nil
	})
}

// fenceOrder is nil if the attempt stored the order. Otherwise it records that the attempt never
// will, and the error matches errFenced or errTaken.
func (s *store) fenceOrder(ctx context.Context, o Order) error {
	var stored bool
	err := s.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if stored, err = storedBy(ctx, tx, o); stored || err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into order_fence (instance, fenced_at) values (?, ?) on conflict do nothing`,
			instanceID(o.ID, o.Attempt), timestamp(time.Now()))
		return err
	})
	if err == nil && !stored {
		return errFenced
	}
	return err
}

// storedBy reports whether this attempt stored the order; errTaken says that another did.
func storedBy(ctx context.Context, tx *sql.Tx, o Order) (bool, error) {
	var by string
	err := tx.QueryRowContext(ctx, `select instance from orders where id = ?`, o.ID).Scan(&by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("order: read order %d: %w", o.ID, err)
	case by != instanceID(o.ID, o.Attempt):
		return false, errTaken
	}
	return true, nil
}

func isFenced(ctx context.Context, tx *sql.Tx, o Order) (fenced bool, err error) {
	err = tx.QueryRowContext(ctx, `select exists (select 1 from order_fence where instance = ?)`,
		instanceID(o.ID, o.Attempt)).Scan(&fenced)
	return fenced, err
}

func writeOrder(ctx context.Context, tx *sql.Tx, o Order) error {
	at := timestamp(time.Now())
	_, err := tx.ExecContext(ctx, `insert into orders (id, instance, owner, total, placed_at) values (?, ?, ?, ?, ?)`,
		o.ID, instanceID(o.ID, o.Attempt), o.Owner, o.Total, at)
	if err != nil {
		return fmt.Errorf("order: insert order %d: %w", o.ID, err)
	}
	if _, err := tx.ExecContext(ctx,
		`insert into orderstatus (order_id, status, changed_at) values (?, 'P', ?)`, o.ID, at); err != nil {
		return fmt.Errorf("order: insert the status of order %d: %w", o.ID, err)
	}
	for i, line := range o.Lines {
		_, err := tx.ExecContext(ctx,
			`insert into lineitem (order_id, line_number, item, quantity, unit_price) values (?, ?, ?, ?, ?)`,
			o.ID, i+1, line.Item, line.Quantity, line.UnitPrice)
		if err != nil {
			return fmt.Errorf("order: insert line %d of order %d: %w", i+1, o.ID, err)
		}
	}
	return nil
}

// orders returns stored orders with their lines, the latest number first: those of a range of
// numbers, and of one owner unless it is "".
func (s *store) orders(ctx context.Context, owner string, from, to int64) ([]View, error) {
	rows, err := s.Read.QueryContext(ctx, `
		select o.id, o.instance, o.total, o.placed_at, l.item, l.quantity, l.unit_price
		from orders o join lineitem l on l.order_id = o.id
		where o.id between ?1 and ?2 and (?3 = '' or o.owner = ?3) order by o.id desc, l.line_number`, from, to, owner)
	if err != nil {
		return nil, fmt.Errorf("order: read orders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var views []View
	for rows.Next() {
		v, instance, placed, line := View{Status: Success, Currency: Currency}, "", "", Line{}
		if err := rows.Scan(&v.ID, &instance, &v.Total, &placed, &line.Item, &line.Quantity, &line.UnitPrice); err != nil {
			return nil, fmt.Errorf("order: read orders: %w", err)
		}
		if len(views) == 0 || views[len(views)-1].ID != v.ID {
			if v.Placed, err = time.Parse(time.RFC3339Nano, placed); err != nil {
				return nil, fmt.Errorf("order: read order %d: %w", v.ID, err)
			}
			if v.Attempt, err = attemptOf(instance); err != nil {
				return nil, fmt.Errorf("order: read order %d: %w", v.ID, err)
			}
			views = append(views, v)
		}
		last := &views[len(views)-1]
		last.Lines = append(last.Lines, line)
	}
	return views, rows.Err()
}

func timestamp(at time.Time) string { return at.UTC().Format(time.RFC3339Nano) }
