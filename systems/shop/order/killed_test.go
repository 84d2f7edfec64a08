package order_test

import (
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/systems/shop/audit"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The service is killed the moment an order comes to be in doubt, before anything else is written
// down: its files are copied there and then, and another service goes on with the copy.
func TestUnknownIsRecordedByTheSuccessorOfAKilledService(t *testing.T) {
	t.Parallel()
	var s *shop
	successor := filepath.Join(t.TempDir(), "order.db")
	copied := make(chan error, 1)
	var once sync.Once
	s = newShop(t, options{config: func(c *order.Config) {
		c.Wait = 10 * time.Millisecond // nobody is left who could record it on the way
		c.Engine.Lease = 200 * time.Millisecond
		c.Engine.Observe = func(e saga.Event) {
			if e.Status == saga.NeedsAttention {
				once.Do(func() { copied <- copyDatabase(s.file, successor) })
			}
		}
	}})
	id := s.number(t, alice)
	first, _ := s.held(t, id)
	if got := <-first; got.view.Status != order.Unprocessed {
		t.Fatalf("got %d %s", got.status, got.body)
	}
	s.closeCatalog() // and so nobody knows
	must(t, <-copied)
	s.stop(t)
	must(t, s.books.Close())
	s.file = successor
	var err error
	s.books, err = audit.Open(s.file, s.stockFile)
	must(t, err)
	s.wantRows(t, id, order.Unprocessed, 0, 0)
	s.faults.Forget()
	s.start(t)
	eventually(t, "Unknown in the table", func() bool { return s.truth(t, id).Status == string(order.Unknown) })
	s.openCatalog(t)
	s.wantCalls(t)
	eventually(t, "the order", func() bool { return s.put(t, alice, id, of("EST-1", 3)).status == http.StatusCreated })
	s.wantCalls(t, numbered(id, []string{"check 1 OK"})...)
	s.wantStock(t, "EST-1", seeded-3)
}

// The engine's store was lost, the service's file was not: what was under way becomes Unknown, and
// its owner's repeat uses the key again, under which nothing is taken twice.
func TestOrdersOutliveTheEnginesStore(t *testing.T) {
	t.Parallel()
	instances := memory.Open()
	s := newShop(t, options{config: func(c *order.Config) { c.Store = instances }})
	unknown, open := s.number(t, alice), s.number(t, alice)
	unknownAndTaken(t, s, unknown, "EST-1")
	s.leaveDuring(t, open)
	s.stop(t)
	instances = memory.Open()
	s.faults.Forget()
	s.start(t)
	eventually(t, "Unknown in the table", func() bool { return s.truth(t, open).Status == string(order.Unknown) })
	s.wantRows(t, unknown, order.Unknown, 0, 0)
	s.wantCalls(t)
	for _, id := range []int64{unknown, open} {
		got := s.put(t, alice, id, of("EST-1", 3))
		wantStatus(t, got, http.StatusCreated)
		if got.view.Attempt != 1 {
			t.Errorf("got %s", got.body)
		}
		s.wantCalls(t, numbered(id, []string{"decrement 1 OK"})...)
	}
	s.wantStock(t, "EST-1", seeded-6)
}

// copyDatabase copies a file and its log, in the order in which a reader of both makes sense of them.
func copyDatabase(from, to string) error {
	for _, suffix := range []string{"", "-wal"} {
		text, err := os.ReadFile(from + suffix)
		if err != nil {
			return err
		}
		if err := os.WriteFile(to+suffix, text, 0o600); err != nil {
			return err
		}
	}
	return nil
}
