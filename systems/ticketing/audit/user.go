package audit

import (
	"context"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// The kinds of entries of a balance.
const (
	charge = "CHARGE"
	debit  = "DEBIT"
	refund = "REFUND"
)

// userBook is the user service's file.
type userBook struct {
	page
	balances map[string]int64
	entries  []entry            // by id
	paid     map[string]*moneys // by payment
	notices  map[string][]notice
}

// entry is one change of a balance.
type entry struct {
	user, kind, key string
	amount, balance int64
}

// moneys is what the ledger of balances has about one payment.
type moneys struct {
	debits, refunds []entry
}

// taken is what was debited and not given back.
func (m *moneys) taken() (sum int64) {
	for _, d := range m.debits {
		sum += d.amount
	}
	for _, r := range m.refunds {
		sum -= r.amount
	}
	return sum
}

// notice is what a buyer was told of a saga.
type notice struct {
	user, kind string
	amount     int64
}

const (
	balanceSQL      = `select user, amount from balance`
	entrySQL        = `select user, kind, key, amount, balance from balance_ledger order by id`
	notificationSQL = `select saga_id, user, kind, amount from notification order by id`
)

func (b *userBook) read(ctx context.Context, q querier) error {
	b.balances, b.paid, b.notices = map[string]int64{}, map[string]*moneys{}, map[string][]notice{}
	err := each(ctx, q, balanceSQL, func(scan func(...any) error) error {
		var user string
		var amount int64
		err := scan(&user, &amount)
		b.balances[user] = amount
		return err
	})
	if err != nil {
		return err
	}
	if err := each(ctx, q, entrySQL, b.entry); err != nil {
		return err
	}
	return each(ctx, q, notificationSQL, func(scan func(...any) error) error {
		var id string
		var n notice
		err := scan(&id, &n.user, &n.kind, &n.amount)
		b.notices[id] = append(b.notices[id], n)
		return err
	})
}

func (b *userBook) entry(scan func(...any) error) error {
	var e entry
	err := scan(&e.user, &e.kind, &e.key, &e.amount, &e.balance)
	b.entries = append(b.entries, e)
	switch e.kind {
	case debit:
		m := b.of(e.key)
		m.debits = append(m.debits, e)
	case refund:
		m := b.of(e.key)
		m.refunds = append(m.refunds, e)
	}
	return err
}

// of is the money of a payment.
func (b *userBook) of(payment string) *moneys {
	if b.paid[payment] == nil {
		b.paid[payment] = &moneys{}
	}
	return b.paid[payment]
}

func (b *userBook) check(c *check) {
	b.adds(c)
	b.once(c)
	for _, d := range b.ledger {
		b.effect(c, d)
	}
	for payment, m := range b.paid {
		if len(m.debits) == 1 && b.page.of(event.Debit, sagaOf(payment)).state == participant.None {
			c.find("I-A7", "%s was debited, and the ledger has nothing under %s", payment, event.Debit.Key(sagaOf(payment)))
		}
	}
}

// adds holds I-A1 for each user: the balance is the sum of what changed it, and never below zero.
func (b *userBook) adds(c *check) {
	sums := map[string]int64{}
	for _, e := range b.entries {
		if e.kind == debit {
			sums[e.user] -= e.amount
		} else {
			sums[e.user] += e.amount
		}
		if sums[e.user] != e.balance || e.balance < 0 || e.amount < 1 {
			c.find("I-A1", "the %s of %d won under %s leaves %s with %d won, and it says %d", e.kind, e.amount, e.key, e.user, sums[e.user], e.balance)
		}
	}
	for user, amount := range b.balances {
		if amount < 0 {
			c.find("I-A1", "the balance of %s is %d won, below zero", user, amount)
		}
		if amount != sums[user] {
			c.find("I-A1", "the balance of %s is %d won, and the entries add up to %d", user, amount, sums[user])
		}
	}
	for user, sum := range sums {
		if _, known := b.balances[user]; !known {
			c.find("I-A1", "%s has entries of %d won and no balance", user, sum)
		}
	}
}

// once holds I-A5 and I-A6 as far as this file knows: a key has one charge, a payment one debit and at most one
// refund of the same money, and a saga's end is told once.
func (b *userBook) once(c *check) {
	charges := map[string]int{}
	for _, e := range b.entries {
		if e.kind == charge {
			charges[e.key]++
		}
	}
	for key, n := range charges {
		if n > 1 {
			c.find("I-A6", "%d charges were made under the key %q", n, key)
		}
	}
	for payment, m := range b.paid {
		switch {
		case len(m.debits) != 1 || len(m.refunds) > 1:
			c.find("I-A5", "%s has %d debits and %d refunds", payment, len(m.debits), len(m.refunds))
		case len(m.refunds) == 1 && (m.refunds[0].amount != m.debits[0].amount || m.refunds[0].user != m.debits[0].user):
			c.find("I-A5", "%s took %d won from %s and gave %d to %s", payment,
				m.debits[0].amount, m.debits[0].user, m.refunds[0].amount, m.refunds[0].user)
		}
	}
	for id, all := range b.notices {
		if len(all) > 1 {
			c.find("I-A12", "the end of %s was told %d times", id, len(all))
		}
	}
}

// effect holds I-A7: money was moved as often as the ledger says.
func (b *userBook) effect(c *check, d *decision) {
	m := b.paid["P-"+d.saga]
	if m == nil {
		m = &moneys{}
	}
	debits, refunds := 0, 0
	if d.took() {
		debits = 1
	}
	if d.state == participant.Reverted {
		refunds = 1
	}
	if min(len(m.debits), 1) != debits || min(len(m.refunds), 1) != refunds {
		c.find("I-A7", "%s is %s, and there are %d debits and %d refunds", d.key, d.state, len(m.debits), len(m.refunds))
	}
}

// sagaOf is whose a payment is.
func sagaOf(payment string) string { return payment[min(len("P-"), len(payment)):] }
