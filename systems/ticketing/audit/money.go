package audit

// money holds I-A1 and I-A5 between the balances and the payments.
func (c *check) money() {
	var charges, balances, live int64
	for _, e := range c.user.entries {
		if e.kind == charge {
			charges += e.amount
		}
	}
	for _, amount := range c.user.balances {
		balances += amount
	}
	for _, p := range c.payment.all {
		if p.status == completed {
			live += p.amount
		}
		c.pays(p)
	}
	if balances+live != charges {
		c.find("I-A1", "%d won were charged; %d are in balances and %d in payments, which leaves %d unexplained",
			charges, balances, live, charges-balances-live)
	}
	for id := range c.user.paid {
		if c.payment.all[id] == nil {
			c.find("I-A5", "money was moved for %s, which is no payment", id)
		}
	}
}

// pays compares a payment with the money that was moved for it.
func (c *check) pays(p *payment) {
	m := c.user.paid[p.id]
	if m == nil {
		m = &moneys{}
	}
	for _, d := range m.debits {
		if d.user != p.user || d.amount != p.amount {
			c.find("I-A5", "%s is of %d won of %s, and %d won of %s were debited", p.id, p.amount, p.user, d.amount, d.user)
		}
	}
	switch {
	case p.status == completed && (len(m.debits) != 1 || len(m.refunds) != 0),
		p.status == cancelled && (len(m.debits) != 1 || len(m.refunds) != 1),
		p.status != completed && m.taken() != 0:
		c.find("I-A5", "%s is %s with %d debits and %d refunds", p.id, p.status, len(m.debits), len(m.refunds))
	}
}
