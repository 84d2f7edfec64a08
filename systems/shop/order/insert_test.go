package order_test

import (
	"net/http"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The insert of an order is a transaction of the service's own, and may be in doubt all the same.

// inserted keeps how the calls of the insert ended.
type inserted struct {
	mu   sync.Mutex
	ends []string
}

func (i *inserted) watch(c *order.Config) {
	c.Engine.Observe = func(e saga.Event) {
		if e.Kind == saga.EventAnswered && e.Step == "insert" {
			i.mu.Lock()
			defer i.mu.Unlock()
			i.ends = append(i.ends, string(e.Call)+" "+string(e.Outcome))
		}
	}
}

func (i *inserted) want(t *testing.T, first string) {
	t.Helper()
	i.mu.Lock()
	defer i.mu.Unlock()
	if len(i.ends) == 0 || i.ends[0] != first {
		t.Errorf("the insert ended %q, want %q first", i.ends, first)
	}
}

// A commit that failed may be on disk all the same, so it proves nothing: it is made sure that the
// order will never be stored before its goods go back.
func TestAFailedCommitOfTheInsertIsInDoubtAndFenced(t *testing.T) {
	t.Parallel()
	var calls inserted
	s := newShop(t, options{config: calls.watch})
	id := s.number(t, alice)
	db := open(t, s.file)
	for _, statement := range []string{
		`create table absent (id integer primary key)`,
		`create table pointer (id integer references absent (id) deferrable initially deferred)`,
		`create trigger late after insert on orders begin insert into pointer values (1); end`, // fails the commit
	} {
		_, err := db.ExecContext(t.Context(), statement)
		must(t, err)
	}
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	calls.want(t, "action unknown")
	s.wantRows(t, id, order.Fail, 0, 0)
	var fences int
	must(t, db.QueryRowContext(t.Context(), `select count(*) from order_fence where instance = ?`, "1000/1").Scan(&fences))
	if fences != 1 {
		t.Error("the attempt may still store the order")
	}
	_, err := db.ExecContext(t.Context(), `drop trigger late`)
	must(t, err)
	got := s.put(t, alice, id, of("EST-1", 3))
	wantStatus(t, got, http.StatusCreated)
	if got.view.Attempt != 2 {
		t.Errorf("got %s", got.body)
	}
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantMessages(t, 1)
	s.wantStock(t, "EST-1", seeded-3)
}

// An insert that comes after its fence stores nothing, even if nothing else keeps it from doing so.
func TestAFencedInsertStoresNothing(t *testing.T) {
	t.Parallel()
	var calls inserted
	s := newShop(t, options{config: calls.watch})
	id := s.number(t, alice)
	_, err := open(t, s.file).ExecContext(t.Context(),
		`insert into order_fence (instance, fenced_at) values ('1000/1', '2026-01-02T03:04:05Z')`)
	must(t, err)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	calls.want(t, "action refused")
	s.wantRows(t, id, order.Fail, 0, 0)
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded)
}
