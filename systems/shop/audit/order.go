package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strconv"
)

// Truth is where one order stands according to both files. What is not there is zero.
type Truth struct {
	Order   int64  `json:"order"`   // the order number
	Status  string `json:"status"`  // Success, Fail, Unprocessed or Unknown; "" if never ordered
	Attempt int    `json:"attempt"` // the latest, from 1; 0 if never ordered
	Item    string `json:"item"`    // the item that was asked about
	Stock   int64  `json:"stock"`   // what is left of it; 0 if there is no such item
	// Orders, OrderStatuses and LineItems count the order's rows in the tables of these names.
	Orders        int     `json:"orders"`
	OrderStatuses int     `json:"orderStatuses"`
	LineItems     int     `json:"lineItems"`
	Total         int64   `json:"total"`   // US cents, as stored
	Ledger        []Entry `json:"ledger"`  // what the catalog decided for its attempts, by attempt
	Waiting       int     `json:"waiting"` // compensations in the outbox that are still tried
	Dead          int     `json:"dead"`    // compensations in the outbox that were given up
}

const (
	truthSQL = `select coalesce((select status from order_retry_status where order_id = ?1), ''),
		coalesce((select attempt from order_retry_status where order_id = ?1), 0),
		(select count(*) from orders where id = ?1),
		(select count(*) from orderstatus where order_id = ?1),
		(select count(*) from lineitem where order_id = ?1),
		coalesce((select total from orders where id = ?1), 0),
		(select count(*) from saga_outbox where key = ?2 and type = ?3 and dead = 0),
		(select count(*) from saga_outbox where key = ?2 and type = ?3 and dead = 1)`
	itemSQL = `select quantity from inventory where item = ?`
)

// Order reads where an order stands, and how much is left of an item. A number that nothing was
// ordered under is no error. The order's file is read first, each file at one moment.
func (b *Books) Order(ctx context.Context, id int64, item string) (Truth, error) {
	t := Truth{Order: id, Item: item}
	number := strconv.FormatInt(id, 10)
	err := b.orders.QueryRowContext(ctx, truthSQL, id, number, compensationType).Scan(&t.Status, &t.Attempt,
		&t.Orders, &t.OrderStatuses, &t.LineItems, &t.Total, &t.Waiting, &t.Dead)
	if err != nil {
		return Truth{}, fmt.Errorf("audit: read order %d: %w", id, err)
	}
	err = snapshot(ctx, b.catalog, func(tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx, itemSQL, item).Scan(&t.Stock)
		if err != nil && !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// The keys that begin with "1000/" lie between it and "10000": '0' follows '/'.
		ledger, err := readLedger(ctx, tx, number+"/", number+"0")
		for _, d := range ledger {
			t.Ledger = append(t.Ledger, d.Entry)
		}
		return err
	})
	if err != nil {
		return Truth{}, fmt.Errorf("audit: read what the catalog decided for order %d: %w", id, err)
	}
	return t, nil
}
