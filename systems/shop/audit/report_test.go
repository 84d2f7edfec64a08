package audit_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

func TestASoundShopHasNoViolations(t *testing.T) {
	t.Parallel()
	_, books := sound(t)
	got := check(t, books, nil)
	if len(got.Violations) != 0 {
		t.Errorf("violations: %+v", got.Violations)
	}
	if want := map[string]int{"Success": 2, "Fail": 3, "Unknown": 1, "Unprocessed": 1}; !maps.Equal(got.Orders, want) {
		t.Errorf("orders %v, want %v", got.Orders, want)
	}
	if want := map[string]int64{"EST-1": 9985, "EST-2": 9995}; !maps.Equal(got.Stock, want) {
		t.Errorf("stock %v, want %v", got.Stock, want)
	}
	var keys []string
	for _, e := range got.InDoubt {
		keys = append(keys, e.Key)
	}
	if want := []string{"1001/1/stock", "1003/1/stock", "1006/1/stock"}; !slices.Equal(keys, want) {
		t.Errorf("in doubt %v, want %v", keys, want)
	}
	if got.Waiting != 1 || got.Dead != 1 {
		t.Errorf("%d wait and %d are dead, want one of each", got.Waiting, got.Dead)
	}
}

func TestInitialStockIsAsked(t *testing.T) {
	t.Parallel()
	_, books := sound(t)
	got := check(t, books, func(item string) int64 { return map[string]int64{"EST-1": 10_000, "EST-2": 10_010}[item] })
	if len(got.Violations) != 1 || got.Violations[0] != (audit.Violation{Invariant: "I-B1",
		Detail: "of EST-2 there were 10010; 9995 are left, 1 in stored orders and 4 in doubt, which leaves 10 unexplained"}) {
		t.Errorf("got %+v", got.Violations)
	}
}

// The sums may be right and the stock wrong all the same.
func TestStockBelowZeroIsFoundAlsoIfItIsConserved(t *testing.T) {
	t.Parallel()
	f, books := sound(t)
	exec(t, f.catalog, `update inventory set quantity = -1 where item = 'EST-2'`)
	got := check(t, books, func(item string) int64 { return map[string]int64{"EST-1": 10_000, "EST-2": 4}[item] })
	if len(got.Violations) != 1 || got.Violations[0] != (audit.Violation{Invariant: "I-B1", Detail: "the stock of EST-2 is -1, below zero"}) {
		t.Errorf("got %+v", got.Violations)
	}
}

const (
	takenTwice = `insert into saga_ledger (key, operation, state, request, reply, decided_at) values
		('%s', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-1","quantity":1}]}',
		'{"lines":[{"item":"EST-1","quantity":1,"unitPrice":1650}]}', 200);
		update inventory set quantity = quantity - 1 where item = 'EST-1'`
	messageFor = `insert into saga_outbox (id, source, type, key, data, correlation, causation, trace, written)
		values ('m', '/shop/order', 'product_compensation', '1000', '%s', '', '', '', 1)`
)

// Each plants one thing that must not be, and wants exactly the invariants that it breaks.
func TestEveryPlantedViolationIsFound(t *testing.T) {
	t.Parallel()
	for _, c := range planted() {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			f, books := sound(t)
			if c.orders != "" {
				exec(t, f.orders, c.orders)
			}
			if c.catalog != "" {
				exec(t, f.catalog, c.catalog)
			}
			found := map[string]bool{}
			violations := check(t, books, nil).Violations
			for _, v := range violations {
				found[v.Invariant] = true
			}
			if got := slices.Sorted(maps.Keys(found)); !slices.Equal(got, c.want) {
				t.Errorf("found %v, want %v: %+v", got, c.want, violations)
			}
		})
	}
}
