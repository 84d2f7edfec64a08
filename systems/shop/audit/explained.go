package audit

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga/participant"
)

// explained holds the ledger's part of I-B3 and I-B5: each decrement that took effect and that no
// stored order has must have a reason to be there still.
func (c *check) explained() {
	coming := map[string]bool{}
	for _, m := range c.orders.messages {
		coming[m.key] = true
	}
	for _, d := range c.stock.ledger {
		o := c.orders.all[d.order]
		switch {
		case d.State != participant.Applied || c.held(d):
		case coming[d.Key], d.late: // on its way back; under way by now
		case o == nil || d.attempt > o.attempt: // belongs to nobody: see columns
		case o.status == success:
			c.find("I-B3", "order %d is a Success, and beside its own decrement %s is applied, with no message that takes it back",
				o.id, d.Key)
		case d.attempt < o.attempt || o.status == fail:
			c.find("I-B5", "attempt %d of order %d failed, and %s is applied with no message that takes it back",
				d.attempt, o.id, d.Key)
		}
	}
}

// lookAgain finds the attempts that the ledger knows and the orders did not when they were read: an
// attempt's status is committed before its decrement, so if it is there by now, it began in between.
func (c *check) lookAgain(ctx context.Context, orders *sql.DB) error {
	for _, d := range c.stock.ledger {
		if !c.beyond(d) {
			continue
		}
		err := each(ctx, orders, func(scan func(...any) error) error {
			var attempt int
			err := scan(&attempt)
			d.late = d.attempt <= attempt
			return err
		}, `select attempt from order_retry_status where order_id = ?`, d.order)
		if err != nil {
			return err
		}
	}
	return nil
}

// beyond reports whether no attempt that was read can have made the decision.
func (c *check) beyond(d *decision) bool {
	o := c.orders.all[d.order]
	return o == nil || d.attempt > o.attempt
}
