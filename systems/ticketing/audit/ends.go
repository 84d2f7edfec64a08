package audit

import (
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// ends holds I-A3 and I-A4 between the sagas and everything that they have done, and I-A7 for what nobody began.
func (c *check) ends() {
	for id := range c.orchestrator.started {
		if c.orchestrator.all[id] == nil {
			c.find("I-A3", "%s was started, and there is no such saga", id)
		}
	}
	for id, r := range c.orchestrator.all {
		switch {
		case c.orchestrator.started[id] == nil:
			c.find("I-A3", "%s runs, and nobody noted its start", id)
		case r.byHand():
			c.attend("saga", id, "a person had a part in its end: %s", r.Explain())
		case r.Status == saga.Completed:
			c.isComplete(r)
		default:
			c.isNothing(r)
		}
	}
	for _, b := range c.books() {
		for _, d := range b.common().ledger {
			if d.saga != "" && c.orchestrator.all[d.saga] == nil {
				c.find("I-A7", "%s is %s, and nobody started that saga", d.key, d.state)
			}
		}
	}
}

// ledgerOf is what stands under a saga's step, at the service whose step it is.
func (c *check) ledgerOf(step event.Step, sagaID string) *decision {
	for _, b := range c.books() {
		if p := b.common(); p.name == step.Service {
			return p.of(step.Name, sagaID)
		}
	}
	return &decision{state: participant.None}
}

// isComplete holds I-A4 of a saga that is COMPLETED.
func (c *check) isComplete(r *run) {
	for _, s := range event.Steps() {
		if d := c.ledgerOf(s, r.ID); d.state != participant.Applied {
			c.find("I-A4", "%s is %s, and %s is %s", r.ID, r.Status, d.key, d.state)
		}
	}
	if p := c.payment.all["P-"+r.ID]; p == nil || p.status != completed || r.sale == nil || p.amount != r.sale.Amount {
		c.find("I-A4", "%s is %s, and there is no payment of its sale", r.ID, r.Status)
	}
	for _, l := range linesOf(r) {
		if one := c.reservation.all[l.ReservationID]; one == nil || one.status != sold || one.saga != r.ID {
			c.find("I-A4", "%s is %s, and reservation %d is not sold by it", r.ID, r.Status, l.ReservationID)
		}
	}
	if t := c.queue.named[r.token]; t != nil && t.status == active && (t.by == "" || t.by == event.Queue.Key(r.ID)) {
		c.find("I-A4", "%s is %s, and its token %d is still %s", r.ID, r.Status, t.seq, t.status)
	}
}

func linesOf(r *run) []event.Line {
	if r.sale == nil {
		return nil
	}
	return r.sale.Lines
}

// isNothing holds I-A4 of a saga that came to nothing.
func (c *check) isNothing(r *run) {
	for _, s := range event.Steps() {
		if d := c.ledgerOf(s, r.ID); d.state == participant.Applied {
			c.find("I-A4", "%s is %s, and %s is %s", r.ID, r.Status, d.key, d.state)
		}
	}
	if p := c.payment.all["P-"+r.ID]; p != nil && p.status == completed {
		c.find("I-A4", "%s is %s, and %s is %s", r.ID, r.Status, p.id, p.status)
	}
	if m := c.user.paid["P-"+r.ID]; m != nil && m.taken() != 0 {
		c.find("I-A4", "%s is %s, and %d won were not given back", r.ID, r.Status, m.taken())
	}
	for _, one := range c.reservation.all {
		if one.saga == r.ID && (one.status == paying || one.status == sold) {
			c.find("I-A4", "%s is %s, and reservation %d is %s for it", r.ID, r.Status, one.id, one.status)
		}
	}
	if t := c.queue.named[r.token]; t != nil && t.status == usedUp && t.by == event.Queue.Key(r.ID) {
		c.find("I-A4", "%s is %s, and its token %d is used up by it", r.ID, r.Status, t.seq)
	}
}
