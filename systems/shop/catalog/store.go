package catalog

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

// readItems returns one item, or all of them if id is empty. Ids sort by length first, so that
// EST-10 follows EST-9.
func readItems(ctx context.Context, q querier, id string) ([]Item, error) {
	rows, err := q.QueryContext(ctx, `
		select i.id, i.product, p.category, p.name, i.variant, i.price, s.quantity
		from item i join product p on p.id = i.product join inventory s on s.item = i.id
		where ?1 = '' or i.id = ?1 order by length(i.id), i.id`, id)
	if err != nil {
		return nil, fmt.Errorf("catalog: read items: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var items []Item
	for rows.Next() {
		it := Item{Currency: Currency}
		if err := rows.Scan(&it.ID, &it.Product, &it.Category, &it.Name, &it.Variant, &it.Price, &it.Stock); err != nil {
			return nil, fmt.Errorf("catalog: read items: %w", err)
		}
		items = append(items, it)
	}
	return items, rows.Err()
}

func readStock(ctx context.Context, q querier, item string) (price, left int64, found bool, err error) {
	err = q.QueryRowContext(ctx, `
		select i.price, s.quantity from item i join inventory s on s.item = i.id where i.id = ?`, item).
		Scan(&price, &left)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, 0, false, nil
	}
	if err != nil {
		return 0, 0, false, fmt.Errorf("catalog: read stock of %s: %w", item, err)
	}
	return price, left, true, nil
}

// takeStock holds only while enough is left; the condition is the last guard of "never below zero".
func takeStock(ctx context.Context, tx *sql.Tx, line Line) error {
	return one(tx.ExecContext(ctx,
		`update inventory set quantity = quantity - ?1 where item = ?2 and quantity >= ?1`, line.Quantity, line.Item))
}

func returnStock(ctx context.Context, tx *sql.Tx, line Line) error {
	return one(tx.ExecContext(ctx,
		`update inventory set quantity = quantity + ? where item = ?`, line.Quantity, line.Item))
}

// readEntry returns what is recorded under a key; its State is None if nothing is. Lines never
// change once written, so reading them after their row needs no snapshot.
func readEntry(ctx context.Context, q querier, key string) (Entry, error) {
	entry, why := Entry{Key: key}, Refusal{}
	err := q.QueryRowContext(ctx, `
		select state, refusal_code, refusal_item, refusal_detail from stock_ledger where key = ?`, key).
		Scan(&entry.State, &why.Code, &why.Item, &why.Detail)
	if errors.Is(err, sql.ErrNoRows) {
		entry.State = None
		return entry, nil
	}
	if err != nil {
		return Entry{}, fmt.Errorf("catalog: read ledger: %w", err)
	}
	switch entry.State {
	case Refused:
		entry.Refusal = &why
	case Applied, Reverted:
		entry.Currency = Currency
	}
	entry.Lines, err = readEntryLines(ctx, q, key)
	return entry, err
}

func readEntryLines(ctx context.Context, q querier, key string) ([]PricedLine, error) {
	rows, err := q.QueryContext(ctx,
		`select item, quantity, unit_price from stock_ledger_line where key = ? order by item`, key)
	if err != nil {
		return nil, fmt.Errorf("catalog: read ledger lines: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var lines []PricedLine
	for rows.Next() {
		var l PricedLine
		if err := rows.Scan(&l.Item, &l.Quantity, &l.UnitPrice); err != nil {
			return nil, fmt.Errorf("catalog: read ledger lines: %w", err)
		}
		lines = append(lines, l)
	}
	return lines, rows.Err()
}

func insertEntry(ctx context.Context, tx *sql.Tx, e Entry) error {
	var why Refusal
	if e.Refusal != nil {
		why = *e.Refusal
	}
	_, err := tx.ExecContext(ctx, `
		insert into stock_ledger (key, state, refusal_code, refusal_item, refusal_detail, decided_at)
		values (?, ?, ?, ?, ?, ?)`, e.Key, e.State, why.Code, why.Item, why.Detail, now())
	if err != nil {
		return fmt.Errorf("catalog: write ledger: %w", err)
	}
	for _, l := range e.Lines {
		_, err := tx.ExecContext(ctx,
			`insert into stock_ledger_line (key, item, quantity, unit_price) values (?, ?, ?, ?)`,
			e.Key, l.Item, l.Quantity, l.UnitPrice)
		if err != nil {
			return fmt.Errorf("catalog: write ledger line: %w", err)
		}
	}
	return nil
}

func revertEntry(ctx context.Context, tx *sql.Tx, key string) error {
	return one(tx.ExecContext(ctx,
		`update stock_ledger set state = 'REVERTED', reverted_at = ? where key = ? and state = 'APPLIED'`, now(), key))
}

// one turns an update that did not change exactly one row into an error, which rolls back.
func one(result sql.Result, err error) error {
	if err != nil {
		return fmt.Errorf("catalog: update: %w", err)
	}
	n, err := result.RowsAffected()
	if err != nil {
		return fmt.Errorf("catalog: update: %w", err)
	}
	if n != 1 {
		return fmt.Errorf("catalog: update changed %d rows instead of one", n)
	}
	return nil
}

func now() string { return time.Now().UTC().Format(time.RFC3339Nano) }
