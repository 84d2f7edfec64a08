package audit

import (
	"context"
	"database/sql"
	"slices"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// The statuses of a payment.
const (
	pending   = "PENDING"
	completed = "COMPLETED"
	failed    = "FAILED"
	cancelled = "CANCELLED"
)

// paymentBook is the payment service's file.
type paymentBook struct {
	page
	all map[string]*payment // by id
}

// payment is all that stands under one id.
type payment struct {
	id, saga, user, status string
	amount                 int64
	refunded               sql.NullInt64
	lines                  map[int64]int64 // price by reservation
	history                []string        // statuses
}

const (
	paymentSQL     = `select id, saga, user, status, amount, refunded_at from payment`
	paymentLineSQL = `select payment, reservation, price from payment_line`
	historySQL     = `select payment, status from payment_history order by payment, number`
)

func (b *paymentBook) read(ctx context.Context, q querier) error {
	b.all = map[string]*payment{}
	for _, table := range []struct {
		query string
		row   func(scan func(...any) error) error
	}{{paymentSQL, b.payment}, {paymentLineSQL, b.line}, {historySQL, b.change}} {
		if err := each(ctx, q, table.query, table.row); err != nil {
			return err
		}
	}
	return nil
}

func (b *paymentBook) payment(scan func(...any) error) error {
	p := payment{lines: map[int64]int64{}}
	err := scan(&p.id, &p.saga, &p.user, &p.status, &p.amount, &p.refunded)
	b.all[p.id] = &p
	return err
}

func (b *paymentBook) line(scan func(...any) error) error {
	var id string
	var reservation, price int64
	err := scan(&id, &reservation, &price)
	if p := b.all[id]; p != nil {
		p.lines[reservation] = price
	}
	return err
}

func (b *paymentBook) change(scan func(...any) error) error {
	var id, status string
	err := scan(&id, &status)
	if p := b.all[id]; p != nil {
		p.history = append(p.history, status)
	}
	return err
}

func (b *paymentBook) check(c *check) {
	live := map[int64]string{} // payment by reservation
	for _, p := range b.all {
		b.single(c, p)
		if p.status != completed {
			continue
		}
		for reservation := range p.lines {
			if other := live[reservation]; other != "" {
				c.find("I-A2", "reservation %d is paid by %s and by %s", reservation, min(other, p.id), max(other, p.id))
			}
			live[reservation] = p.id
		}
	}
	for _, d := range b.ledger {
		p := b.all["P-"+d.saga]
		if p == nil && d.took() {
			c.find("I-A7", "%s is %s, and there is no payment", d.key, d.state)
		}
	}
}

// single holds what is said of one payment alone: I-A5, I-A6 and I-A7.
func (b *paymentBook) single(c *check, p *payment) {
	var sum int64
	for _, price := range p.lines {
		sum += price
	}
	if sum != p.amount || len(p.lines) == 0 {
		c.find("I-A5", "%s is of %d won, and its %d lines of %d", p.id, p.amount, len(p.lines), sum)
	}
	if p.refunded.Valid != (p.status == cancelled) {
		c.find("I-A5", "%s is %s, and the time of its refund does not fit", p.id, p.status)
	}
	if !lawful(p.history, p.status) {
		c.find("I-A5", "%s is %s with the history %v", p.id, p.status, p.history)
	}
	if p.id != "P-"+p.saga {
		c.find("I-A6", "%s is the payment of %s, whose own is another", p.id, p.saga)
	}
	d := b.of(event.Payment, p.saga)
	wanted := map[participant.State][]string{
		participant.Applied: {completed}, participant.Reverted: {cancelled}, participant.None: {pending, failed},
		participant.Refused: {pending, failed}, participant.Cancelled: {pending, failed},
	}[d.state]
	if !slices.Contains(wanted, p.status) {
		c.find("I-A7", "%s is %s, and %s is %s", d.key, d.state, p.id, p.status)
	}
}

// lawful reports whether a payment can have gone this way.
func lawful(history []string, status string) bool {
	for _, way := range [][]string{{pending}, {pending, completed}, {pending, failed}, {pending, completed, cancelled}} {
		if slices.Equal(history, way) {
			return way[len(way)-1] == status
		}
	}
	return false
}
