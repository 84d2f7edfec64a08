package audit

import "github.com/seosa-dev/saga"

// told holds I-A12 and I-A11 where only the effect of a message shows whether it arrived: buyers know of each end
// of a saga, payments that came to nothing have failed, and the queue knows how each concert stands.
func (c *check) told() {
	for id, r := range c.orchestrator.all {
		c.notified(id, r)
		if p := c.payment.all["P-"+id]; p != nil && p.status == pending {
			c.find("I-A12", "%s is %s, and %s was not told", id, r.Status, p.id)
		}
	}
	for id := range c.user.notices {
		if c.orchestrator.all[id] == nil {
			c.find("I-A12", "a buyer was told of the end of %s, which there is not", id)
		}
	}
	for id, one := range c.concert.all {
		switch known, told := c.queue.concerts[id]; {
		case !told:
			c.find("I-A12", "concert %d exists, and the queue was not told", id)
		case known != one.status:
			c.find("I-A11", "concert %d is %s, and the queue takes it for %s", id, one.status, known)
		}
	}
}

// notified compares the end of a saga with what its buyer was told.
func (c *check) notified(id string, r *run) {
	right := notice{user: r.user, kind: failed}
	if r.sale != nil && (r.Status == saga.Completed || r.refunded()) {
		right.amount = r.sale.Amount
	}
	if r.Status == saga.Completed {
		right.kind = completed
	}
	switch all := c.user.notices[id]; {
	case len(all) == 0:
		c.find("I-A12", "%s is %s, and %s was not told", id, r.Status, r.user)
	case all[0] != right && !r.byHand():
		c.find("I-A12", "%s is %s, and %s was told %s of %d won", id, r.Status, all[0].user, all[0].kind, all[0].amount)
	}
}
