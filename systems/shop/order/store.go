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

// newNumber gives out the next order number.
func (s *store) newNumber(ctx context.Context) (number int64, err error) {
	err = s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		return tx.QueryRowContext(ctx,
			`update sequence set next_id = next_id + 1 where name = 'ordernum' returning next_id - 1`).Scan(&number)
	})
	if err != nil {
		return 0, fmt.Errorf("order: new number: %w", err)
	}
	return number, nil
}

// issued reports whether an order number was given out.
func (s *store) issued(ctx context.Context, id int64) (bool, error) {
	var yes bool
	err := s.Read.QueryRowContext(ctx,
		`select ? between 1000 and next_id - 1 from sequence where name = 'ordernum'`, id).Scan(&yes)
	if err != nil {
		return false, fmt.Errorf("order: read sequence: %w", err)
	}
	return yes, nil
}

// insertOrder stores the order and its lines, once: the attempt that stored it finds it done. The
// error matches errTaken or errFenced if the attempt will never store it, and embedded.ErrCommit if it is
// not known whether it did.
func (s *store) insertOrder(ctx context.Context, instance string, o Order) error {
	return s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if stored, err := storedBy(ctx, tx, instance, o.ID); stored || err != nil {
			return err
		}
		if fenced, err := isFenced(ctx, tx, instance); err != nil {
			return err
		} else if fenced {
			return errFenced
		}
		return writeOrder(ctx, tx, instance, o)
	})
}

// fenceOrder is nil if the attempt stored the order. Otherwise it records that the attempt never
// will, and the error matches errFenced or errTaken.
func (s *store) fenceOrder(ctx context.Context, instance string, id int64) error {
	var stored bool
	err := s.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		if stored, err = storedBy(ctx, tx, instance, id); stored || err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx,
			`insert into order_fence (instance, fenced_at) values (?, ?) on conflict do nothing`, instance, timestamp(time.Now()))
		return err
	})
	if err == nil && !stored {
		return errFenced
	}
	return err
}

// storedBy reports whether this attempt stored the order; errTaken says that another did.
func storedBy(ctx context.Context, tx *sql.Tx, instance string, id int64) (bool, error) {
	var by string
	err := tx.QueryRowContext(ctx, `select instance from orders where id = ?`, id).Scan(&by)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return false, nil
	case err != nil:
		return false, fmt.Errorf("order: read order %d: %w", id, err)
	case by != instance:
		return false, errTaken
	}
	return true, nil
}

func isFenced(ctx context.Context, tx *sql.Tx, instance string) (fenced bool, err error) {
	err = tx.QueryRowContext(ctx, `select exists (select 1 from order_fence where instance = ?)`, instance).Scan(&fenced)
	return fenced, err
}

func writeOrder(ctx context.Context, tx *sql.Tx, instance string, o Order) error {
	_, err := tx.ExecContext(ctx, `insert into orders (id, instance, total, placed_at) values (?, ?, ?, ?)`,
		o.ID, instance, o.Total, timestamp(time.Now()))
	if err != nil {
		return fmt.Errorf("order: insert order %d: %w", o.ID, err)
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

// orders returns stored orders with their lines, the latest number first: the one with this id, or
// the latest ones if id is 0.
func (s *store) orders(ctx context.Context, id int64, limit int) ([]View, error) {
	rows, err := s.Read.QueryContext(ctx, `
		select o.id, o.total, o.placed_at, l.item, l.quantity, l.unit_price
		from (select * from orders where ?1 = 0 or id = ?1 order by id desc limit ?2) o
		join lineitem l on l.order_id = o.id order by o.id desc, l.line_number`, id, limit)
	if err != nil {
		return nil, fmt.Errorf("order: read orders: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var views []View
	for rows.Next() {
		v, placed, line := View{Status: Success, Currency: Currency}, "", Line{}
		if err := rows.Scan(&v.ID, &v.Total, &placed, &line.Item, &line.Quantity, &line.UnitPrice); err != nil {
			return nil, fmt.Errorf("order: read orders: %w", err)
		}
		if len(views) == 0 || views[len(views)-1].ID != v.ID {
			if v.Placed, err = time.Parse(time.RFC3339Nano, placed); err != nil {
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
