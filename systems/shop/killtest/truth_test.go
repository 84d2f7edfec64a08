//go:build unix

package killtest_test

import (
	"database/sql"
	"fmt"
	"log/slog"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

const stockAtFirst = 10_000 // of each item

// truth is what the two files say when nobody has them open.
type truth struct {
	stock  map[string]int64
	ledger map[string]entry   // by key
	stored map[int64][]priced // lines in order of item
	total  map[int64]int64
}

type entry struct {
	state string
	lines []priced
}

type priced struct {
	item            string
	quantity, price int64
}

func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	return db
}

// each calls row for each row of a query.
func each(t *testing.T, db *sql.DB, query string, row func(scan func(...any))) {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), query)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = rows.Close() }()
	for rows.Next() {
		row(func(into ...any) {
			if err := rows.Scan(into...); err != nil {
				t.Fatal(err)
			}
		})
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
}

func readTruth(t *testing.T, s site) truth {
	t.Helper()
	x := truth{map[string]int64{}, map[string]entry{}, map[int64][]priced{}, map[int64]int64{}}
	goods, orders := openFile(t, catalogFile(s.folder)), openFile(t, orderFile(s.folder))
	defer func() { _, _ = goods.Close(), orders.Close() }()
	for _, db := range []*sql.DB{goods, orders} {
		each(t, db, `pragma integrity_check`, func(scan func(...any)) {
			var said string
			if scan(&said); said != "ok" {
				t.Errorf("integrity_check: %s", said)
			}
		})
	}
	var key, text string
	var id, n int64
	var p priced
	each(t, goods, `select item, quantity from inventory`, func(scan func(...any)) {
		scan(&text, &n)
		x.stock[text] = n
	})
	each(t, goods, `select key, state from stock_ledger`, func(scan func(...any)) {
		scan(&key, &text)
		x.ledger[key] = entry{state: text}
	})
	each(t, goods, `select key, item, quantity, unit_price from stock_ledger_line order by key, item`, func(scan func(...any)) {
		scan(&key, &p.item, &p.quantity, &p.price)
		e := x.ledger[key]
		e.lines = append(e.lines, p)
		x.ledger[key] = e
	})
	each(t, orders, `select id, total from orders`, func(scan func(...any)) {
		scan(&id, &n)
		x.total[id] = n
	})
	each(t, orders, `select order_id, item, quantity, unit_price from lineitem order by order_id, item`, func(scan func(...any)) {
		scan(&id, &p.item, &p.quantity, &p.price)
		x.stored[id] = append(x.stored[id], p)
	})
	return x
}

// checkTruth holds the files against each other, against every order that was sent, and against
// what the engine says.
func checkTruth(t *testing.T, s site, orders []*bought) {
	t.Helper()
	x := readTruth(t, s)
	x.checkStock(t)
	sent := map[int64]bool{}
	for _, o := range orders {
		sent[o.id] = true
		x.checkOrder(t, o)
	}
	for id := range x.total {
		if !sent[id] {
			t.Errorf("order %d is stored and nobody sent it", id)
		}
	}
	for key := range x.ledger {
		var id int64
		if n, err := fmt.Sscanf(key, "%d/1/stock", &id); n != 1 || err != nil || !sent[id] {
			t.Errorf("the ledger has the key %q, and nobody sent such an order", key)
		}
	}
	checkEngine(t, s, orders)
}

// checkStock wants of each item: what is left and what the stored orders contain make what there
// was. An effect that happened twice shows here.
func (x truth) checkStock(t *testing.T) {
	t.Helper()
	sold := map[string]int64{}
	for _, lines := range x.stored {
		for _, l := range lines {
			sold[l.item] += l.quantity
		}
	}
	for item, left := range x.stock {
		if left < 0 || left+sold[item] != stockAtFirst {
			t.Errorf("%s: %d left and %d sold, of %d", item, left, sold[item], stockAtFirst)
		}
	}
}

// checkOrder wants an order that was placed to be stored once, with the lines that were ordered and
// the prices of the ledger, and any other to have left nothing.
func (x truth) checkOrder(t *testing.T, o *bought) {
	t.Helper()
	lines, isStored := x.stored[o.id]
	total, hasRow := x.total[o.id]
	held := x.ledger[fmt.Sprintf("%d/1/stock", o.id)]
	if o.placed != isStored || isStored != hasRow || isStored != (held.state == "APPLIED") {
		t.Errorf("order %d: placed %v, lines %v, row %v, ledger %q", o.id, o.placed, isStored, hasRow, held.state)
		return
	}
	if !o.placed {
		return
	}
	var sum int64
	var wanted, got []line
	for _, l := range lines {
		sum += l.quantity * l.price
		got = append(got, line{l.item, l.quantity})
	}
	wanted = slices.SortedFunc(slices.Values(o.lines), func(a, b line) int { return strings.Compare(a.Item, b.Item) })
	if !reflect.DeepEqual(lines, held.lines) || !reflect.DeepEqual(got, wanted) || sum != total {
		t.Errorf("order %d of %v: stored %v for %d, ledger %v", o.id, wanted, lines, total, held.lines)
	}
}

// checkEngine wants every instance to have ended, with a history without gaps.
func checkEngine(t *testing.T, s site, orders []*bought) {
	t.Helper()
	quiet := slog.New(slog.DiscardHandler)
	service, err := order.New(t.Context(), order.Config{Path: orderFile(s.folder), Catalog: "http://" + s.catalog, Logger: quiet})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = service.Close() }()
	engine := service.Engine()
	counts, err := engine.Count(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	instances := 0
	for status, n := range counts {
		instances += n
		if !status.Ended() {
			t.Errorf("%d instances are %s", n, status)
		}
	}
	for _, o := range orders {
		if o.known {
			instances--
			checkHistory(t, engine, o)
		}
	}
	if instances != 0 {
		t.Errorf("there are %d instances more than orders", instances)
	}
}

func checkHistory(t *testing.T, engine *saga.Engine, o *bought) {
	t.Helper()
	id := fmt.Sprintf("%d/1", o.id)
	in, err := engine.Get(t.Context(), id)
	if err != nil {
		t.Error(err)
		return
	}
	events, err := engine.History(t.Context(), id)
	if err != nil {
		t.Error(err)
		return
	}
	for i, e := range events {
		if e.Seq != i+1 {
			t.Errorf("history of %s: entry %d has number %d", id, i+1, e.Seq)
		}
	}
	last := events[len(events)-1]
	if (in.Status == saga.Completed) != o.placed || last.Status != in.Status || last.Seq != in.Seq || events[0].Kind != saga.EventStarted {
		t.Errorf("%s: placed %v, status %s after %d; history ends %s at %d", id, o.placed, in.Status, in.Seq, last.Status, last.Seq)
	}
}
