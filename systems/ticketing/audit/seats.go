package audit

// seats holds I-A2 and I-A12 between the reservations, the payments, and the seats that buyers see.
func (c *check) seats() {
	paid := map[int64]bool{} // reservations of payments that stand
	for _, p := range c.payment.all {
		for reservation, price := range p.lines {
			if p.status != completed {
				continue
			}
			if r := c.reservation.all[reservation]; r == nil || r.status != sold || r.price != price || r.user != p.user || r.saga != p.saga {
				c.find("I-A2", "%s of %s pays %d won for reservation %d, which is not sold so", p.id, p.user, price, reservation)
			}
			paid[reservation] = true
		}
	}
	for id, r := range c.reservation.all {
		if r.status == sold && !paid[id] {
			c.find("I-A2", "reservation %d is %s, and no payment pays for it", id, r.status)
		}
	}
	for at, s := range c.reservation.seats {
		c.shown(at, s)
	}
	for at := range c.concert.seats {
		if c.reservation.seats[at] == nil {
			c.find("I-A12", "%s is shown and was not opened", at)
		}
	}
}

// shown compares a seat with what buyers see of it.
func (c *check) shown(at place, s *seat) {
	seen := c.concert.seats[at]
	if seen == nil || c.concert.schedules[at.schedule] != s.concert || seen.price != s.price {
		c.find("I-A12", "%s of concert %d for %d won was opened and is not shown", at, s.concert, s.price)
		return
	}
	right := available
	if r := c.reservation.all[s.holder.Int64]; s.holder.Valid && r != nil {
		right = seatHeld
		if r.status == sold {
			right = seatSold
		}
	}
	switch {
	case (seen.status == seatSold) != (right == seatSold):
		c.find("I-A2", "%s is %s and is shown as %s", at, right, seen.status)
	case seen.status != right || seen.reservation != s.holder || seen.version != s.version:
		c.find("I-A12", "%s is %s by reservation %d at version %d, and is shown as %s by %d at %d",
			at, right, s.holder.Int64, s.version, seen.status, seen.reservation.Int64, seen.version)
	}
}
