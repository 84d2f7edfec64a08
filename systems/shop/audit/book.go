package audit

import (
	"context"
	"database/sql"
	"encoding/json"
)

// compensationType is the type of the message that takes a decrement back.
const compensationType = "product_compensation"

// The statuses of an order.
const (
	success     = "Success"
	fail        = "Fail"
	unprocessed = "Unprocessed"
	unknown     = "Unknown"
)

// orderBook is the order service's file at one moment.
type orderBook struct {
	next     int64 // the next number of the sequence; 0 if there is none
	all      map[int64]*order
	messages []compensation
}

// order is all that stands under one number.
type order struct {
	id       int64
	issued   int // how often the number was given out
	status   string
	attempt  int
	wanted   []Line // as ordered
	fault    string // why wanted cannot be read
	stored   bool   // there is a row in orders, with:
	instance string
	total    int64
	fenced   bool   // its attempt is fenced
	statuses int    // rows in orderstatus
	lines    []Line // rows in lineitem
}

// compensation is a message in the outbox.
type compensation struct {
	id, key string // key is of the decrement; "" if the message cannot be read
	dead    bool
}

const (
	sequenceSQL    = `select next_id from sequence where name = 'ordernum'`
	numberSQL      = `select id from order_number`
	retryStatusSQL = `select order_id, status, attempt, lines from order_retry_status`
	orderSQL       = `select id, instance, total, exists (select 1 from order_fence f where f.instance = o.instance) from orders o`
	orderStatusSQL = `select order_id from orderstatus`
	lineItemSQL    = `select order_id, item, quantity, unit_price from lineitem order by order_id, line_number`
	outboxSQL      = `select id, coalesce(data, ''), dead from saga_outbox where type = ? order by position`
)

func readOrders(ctx context.Context, db *sql.DB) (b orderBook, err error) {
	b.all = map[int64]*order{}
	err = snapshot(ctx, db, func(tx *sql.Tx) error {
		for _, table := range []struct {
			query string
			row   func(scan func(...any) error) error
		}{
			{sequenceSQL, func(scan func(...any) error) error { return scan(&b.next) }},
			{numberSQL, b.number}, {retryStatusSQL, b.retryStatus}, {orderSQL, b.order},
			{orderStatusSQL, b.orderStatus}, {lineItemSQL, b.lineItem},
		} {
			if err := each(ctx, tx, table.row, table.query); err != nil {
				return err
			}
		}
		return each(ctx, tx, b.message, outboxSQL, compensationType)
	})
	return b, err
}

// of is what stands under a number.
func (b *orderBook) of(id int64) *order {
	if b.all[id] == nil {
		b.all[id] = &order{id: id}
	}
	return b.all[id]
}

func (b *orderBook) number(scan func(...any) error) error {
	var id int64
	err := scan(&id)
	b.of(id).issued++
	return err
}

func (b *orderBook) retryStatus(scan func(...any) error) error {
	var got order
	var lines string
	err := scan(&got.id, &got.status, &got.attempt, &lines)
	o := b.of(got.id)
	o.status, o.attempt = got.status, got.attempt
	if json.Unmarshal([]byte(lines), &o.wanted) != nil {
		o.fault = "the lines that were ordered cannot be read"
	}
	return err
}

func (b *orderBook) order(scan func(...any) error) error {
	var got order
	err := scan(&got.id, &got.instance, &got.total, &got.fenced)
	o := b.of(got.id)
	o.stored, o.instance, o.total, o.fenced = true, got.instance, got.total, got.fenced
	return err
}

func (b *orderBook) orderStatus(scan func(...any) error) error {
	var id int64
	err := scan(&id)
	b.of(id).statuses++
	return err
}

func (b *orderBook) lineItem(scan func(...any) error) error {
	var id int64
	var l Line
	err := scan(&id, &l.Item, &l.Quantity, &l.UnitPrice)
	o := b.of(id)
	o.lines = append(o.lines, l)
	return err
}

func (b *orderBook) message(scan func(...any) error) error {
	var m compensation
	var data string
	err := scan(&m.id, &data, &m.dead)
	var about struct{ Key string }
	if json.Unmarshal([]byte(data), &about) == nil {
		m.key = about.Key
	}
	b.messages = append(b.messages, m)
	return err
}
