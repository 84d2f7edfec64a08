package audit

import "github.com/seosa-dev/saga/participant"

// rows holds I-B3, I-B4 and I-B5 for each order: what its status says about its rows.
func (c *check) rows() {
	held := map[int64][]*decision{}
	for _, d := range c.stock.ledger {
		if d.State == participant.Applied && c.held(d) {
			held[d.order] = append(held[d.order], d)
		}
	}
	for _, o := range c.orders.all {
		rows := o.stored || o.statuses > 0 || len(o.lines) > 0
		switch {
		case o.status == success && o.stored:
			c.placed(o, held[o.id])
		case o.status == success:
			c.find("I-B3", "order %d is a Success and is not stored", o.id)
		case rows && o.status == "":
			c.find("I-B3", "order %d has rows and no status", o.id)
		case rows:
			c.find("I-B5", "order %d is %s and has rows: in orders %t, %d in orderstatus, %d in lineitem",
				o.id, o.status, o.stored, o.statuses, len(o.lines))
		}
	}
}

// placed holds I-B3 and I-B4 for an order that is stored, with the decrements of its attempt.
func (c *check) placed(o *order, held []*decision) {
	var total int64
	for _, l := range o.lines {
		total += l.UnitPrice * l.Quantity
	}
	if total != o.total {
		c.find("I-B3", "the total of order %d is %d, and its lines make %d", o.id, o.total, total)
	}
	if o.statuses != 1 {
		c.find("I-B3", "order %d is stored and has %d rows in orderstatus instead of one", o.id, o.statuses)
	}
	if o.fault == "" && !sameGoods(o.lines, o.wanted) {
		c.find("I-B3", "order %d has other lines than were ordered: %v instead of %v", o.id, o.lines, o.wanted)
	}
	switch {
	case len(held) != 1:
		c.find("I-B3", "order %d is stored by %s, for which %d decrements are applied instead of one", o.id, o.instance, len(held))
	case !sameLines(o.lines, held[0].Lines):
		c.find("I-B3", "order %d has other lines than were taken for it: %v instead of %v", o.id, o.lines, held[0].Lines)
	}
	if at := (place{o.id, o.attempt}); instanceOf(o.instance) != at {
		c.find("I-B4", "order %d is stored by %s, and its latest attempt is %s: a success is final", o.id, o.instance, at.instance())
	}
}

// messages holds I-B5 for what waits in the outbox: only what failed is taken back. A failure and
// its message are committed together.
func (c *check) messages() {
	for _, m := range c.orders.messages {
		at := placeOf(m.key)
		o := c.orders.all[at.order]
		if o == nil || at.attempt > o.attempt || at.attempt == o.attempt && o.status != fail {
			c.find("I-B5", "the message %s in the outbox takes back %q, which is no key of an attempt that failed", m.id, m.key)
		}
	}
}
