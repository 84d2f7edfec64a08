package audit

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seosa-dev/saga/participant"
)

// seedStock is how much of each item a new catalog has.
const seedStock = 10_000

// Report is what the two files say together, and where they contradict the invariants.
type Report struct {
	Orders map[string]int   `json:"orders"` // orders by status
	Stock  map[string]int64 `json:"stock"`  // what is left, by item
	// InDoubt are the decrements that took effect and that no stored order has: those of orders
	// under way or unknown, and those that wait to be taken back. By order and attempt.
	InDoubt []Entry `json:"inDoubt"`
	Waiting int     `json:"waiting"` // compensations in the outbox that are still tried
	Dead    int     `json:"dead"`    // compensations in the outbox that were given up
	// Violations are sorted by invariant. None means that the shop is sound as far as it is at rest.
	Violations []Violation `json:"violations"`
}

// Violation is a contradiction: no fault of a network, a process or a user may bring it about.
type Violation struct {
	Invariant string `json:"invariant"` // I-B1 to I-B7
	Detail    string `json:"detail"`    // what was found, for people
}

// Check reads both files and holds I-B1 to I-B7 against them (see the package's comment). initial
// is how much of an item there was before the first order, deliveries since then included; nil is
// 10,000 of each, as a new catalog has. An error means that the files could not be read, not that
// something is wrong in them. Both are read as a whole into memory.
func (b *Books) Check(ctx context.Context, initial func(item string) int64) (Report, error) {
	if initial == nil {
		initial = func(string) int64 { return seedStock }
	}
	c := &check{initial: initial}
	var err error
	if c.orders, err = readOrders(ctx, b.orders); err != nil {
		return Report{}, fmt.Errorf("audit: read the orders: %w", err)
	}
	if c.stock, err = readStock(ctx, b.catalog); err != nil {
		return Report{}, fmt.Errorf("audit: read the stock: %w", err)
	}
	if err = c.lookAgain(ctx, b.orders); err != nil {
		return Report{}, fmt.Errorf("audit: read the orders again: %w", err)
	}
	return c.run(), nil
}

// check is one Check, when all is read.
type check struct {
	orders  orderBook
	stock   stockBook
	initial func(item string) int64
	report  Report
}

func (c *check) find(invariant, format string, args ...any) {
	c.report.Violations = append(c.report.Violations, Violation{invariant, fmt.Sprintf(format, args...)})
}

func (c *check) run() Report {
	c.report = Report{Orders: map[string]int{}, Stock: c.stock.left}
	for _, o := range c.orders.all {
		if o.status != "" {
			c.report.Orders[o.status]++
		}
	}
	for _, m := range c.orders.messages {
		if m.dead {
			c.report.Dead++
		} else {
			c.report.Waiting++
		}
	}
	for _, d := range c.stock.ledger {
		if d.State == participant.Applied && !c.held(d) {
			c.report.InDoubt = append(c.report.InDoubt, d.Entry)
		}
	}
	c.conserved()
	c.ledger()
	c.explained()
	c.rows()
	c.messages()
	c.columns()
	c.numbers()
	slices.SortFunc(c.report.Violations, func(a, b Violation) int {
		return cmp.Or(strings.Compare(a.Invariant, b.Invariant), strings.Compare(a.Detail, b.Detail))
	})
	return c.report
}

// held reports whether the order that a decrement was made for is stored.
func (c *check) held(d *decision) bool {
	o := c.orders.all[d.order]
	return o != nil && o.stored && o.instance == d.instance()
}
