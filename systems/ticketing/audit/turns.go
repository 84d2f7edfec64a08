package audit

import "time"

// grace is how long a request that was let through may take until it has its effect.
const grace = time.Minute

// turns holds I-A9 and I-A10 between the line, the reservations and the payments.
func (c *check) turns() {
	for _, r := range c.reservation.all {
		c.turn("reservation", r.id, r.token, r.user, r.concert, r.created)
		s := c.orchestrator.started[r.saga]
		if r.status == sold && s != nil && s.at > r.expires {
			c.find("I-A10", "reservation %d is sold by %s, which began when its time was over", r.id, r.saga)
		}
	}
	for id, run := range c.orchestrator.all {
		if s := c.orchestrator.started[id]; s != nil && run.sale != nil {
			c.turn("saga", id, run.token, run.user, run.sale.ConcertID, s.at)
		}
	}
}

// turn says whether a token let its buyer do something at a time.
func (c *check) turn(what string, id any, name, user string, concert, at int64) {
	t := c.queue.named[name]
	switch {
	case t == nil:
		c.find("I-A9", "%s %v was made with a token that there is not", what, id)
	case t.user != user || t.line != concert && t.line != 0:
		c.find("I-A9", "%s %v of %s at concert %d was made with the token of %s at %d", what, id, user, concert, t.user, t.line)
	case t.admitted == 0 || at < t.admitted:
		c.find("I-A9", "%s %v was made before the turn of token %d had come", what, id, t.seq)
	case at > t.activeUntil+grace.Milliseconds():
		c.find("I-A9", "%s %v was made when the time of token %d was over", what, id, t.seq)
	}
}
