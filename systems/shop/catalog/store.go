package catalog

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
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
