package audit

import "slices"

// columns holds the part of I-B6 that a state can show: no value that no legal transition leads to.
func (c *check) columns() {
	for _, o := range c.orders.all {
		switch {
		case o.status == "": // its rows, if any, are I-B3's
		case !slices.Contains([]string{success, fail, unprocessed, unknown}, o.status):
			c.find("I-B6", "order %d has the status %q, which is none", o.id, o.status)
		case o.attempt < 1:
			c.find("I-B6", "order %d is at attempt %d; the first is 1", o.id, o.attempt)
		case o.fault != "":
			c.find("I-B6", "order %d: %s", o.id, o.fault)
		}
		if o.fenced {
			c.find("I-B6", "order %d is stored by %s, which is fenced", o.id, o.instance)
		}
	}
	for _, d := range c.stock.ledger {
		switch o := c.orders.all[d.order]; {
		case d.late:
		case o == nil || o.issued == 0:
			c.find("I-B6", "the ledger has the key %q, which is of no number that was given out", d.Key)
		case d.attempt > o.attempt:
			c.find("I-B6", "the ledger has the key %q, and the order is at attempt %d", d.Key, o.attempt)
		}
	}
}

// numbers holds I-B7: an order number is given out once, by counting up.
func (c *check) numbers() {
	for _, o := range c.orders.all {
		switch {
		case o.issued > 1:
			c.find("I-B7", "the number %d was given out %d times", o.id, o.issued)
		case o.issued == 0:
			c.find("I-B7", "order %d stands under a number that was never given out", o.id)
		case o.id >= c.orders.next:
			c.find("I-B7", "the number %d was given out, and the next of the sequence is %d", o.id, c.orders.next)
		}
	}
}
