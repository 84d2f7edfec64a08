package order_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The four corrections that the write-up asked for after its first version.

const seeded = 10_000 // of each item

// Only an order whose goods were taken and which cannot be stored sends a compensation; a
// re-request that finds the goods taken goes on and sends none.
func TestCompensationBelongsToAFailedInsertOnly(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropReply})
	done := s.number(t, alice)
	wantStatus(t, s.put(t, alice, done, of("EST-1", 3)), http.StatusCreated)
	s.wantRows(t, done, order.Success, 1, 1)

	refused := s.number(t, alice)
	wantStatus(t, s.put(t, alice, refused, of("EST-1", seeded)), http.StatusConflict)
	s.wantRows(t, refused, order.Fail, 0, 0)

	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest})
	lost := s.number(t, alice)
	wantStatus(t, s.put(t, alice, lost, of("EST-1", 3)), http.StatusBadGateway)
	s.wantRows(t, lost, order.Fail, 0, 0)

	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropReply}, fault.Fault{At: check, Kind: fault.DropReply})
	unknown := s.number(t, alice)
	wantUnknown(t, s.put(t, alice, unknown, of("EST-1", 3)))
	s.wantRows(t, unknown, order.Unknown, 0, 0)
	s.wantMessages(t, 0)
	s.wantStock(t, "EST-1", seeded-6)

	lift := s.reject(t, "orders")
	s.faults.Forget()
	failed := s.number(t, alice)
	wantStatus(t, s.put(t, alice, failed, of("EST-1", 3)), http.StatusBadGateway)
	lift()
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantRows(t, failed, order.Fail, 0, 0)
	s.wantMessages(t, 1)
	s.wantCalls(t, fmt.Sprintf("decrement %d/1/stock OK", failed), fmt.Sprintf("compensation %d OK", failed))
	s.wantStock(t, "EST-1", seeded-6)
}

// The order, its status, its lines and Success are one transaction: whichever of them cannot be
// written, none is there.
func TestTheOrderIsInserted(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	for i, trigger := range []string{
		`before insert on orders`, `before insert on orderstatus`,
		`before insert on lineitem when new.item = 'EST-2'`, // when another line is there
		`before update on order_retry_status when new.status = 'Success'`,
	} {
		db := open(t, s.file)
		_, err := db.ExecContext(t.Context(), `create trigger spoil `+trigger+` begin select raise(abort, 'a bad day'); end`)
		must(t, err)
		got := s.put(t, alice, id, of("EST-1", 3, "EST-2", 4))
		wantProblem(t, got, http.StatusBadGateway, "not-placed", "Send the same order under the same number")
		s.wantRows(t, id, order.Fail, 0, 0)
		s.wantMessages(t, i+1)
		_, err = db.ExecContext(t.Context(), `drop trigger spoil`)
		must(t, err)
	}
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3, "EST-2", 4)), http.StatusCreated)
	s.wantRows(t, id, order.Success, 1, 2)
	eventually(t, "the goods of the failed attempts to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded-3)
	s.wantStock(t, "EST-2", seeded-4)
}

// delivered reports whether no message is on its way.
func (s *shop) delivered(t *testing.T) bool {
	t.Helper()
	rows, err := s.orders.Outbox().Rows(t.Context(), 0)
	must(t, err)
	return len(rows) == 0
}

// Numbers from the service and from other handles of its file, which lock it as other processes do.
func TestOrderNumbersAreUniqueUnderConcurrency(t *testing.T) {
	t.Parallel()
	const handles, callers, each = 3, 12, 25
	s := newShop(t, options{})
	take := make([]func() (int64, error), callers)
	for i := range take {
		take[i] = func() (int64, error) { return s.number(t, alice), nil }
	}
	for i := range handles {
		numbers, err := order.OpenNumbers(t.Context(), s.file)
		must(t, err)
		defer numbers.Close()
		take[i] = func() (int64, error) { return numbers.New(t.Context(), bob) }
	}
	numbers := make(chan int64, callers*each)
	var all sync.WaitGroup
	for _, next := range take {
		all.Go(func() {
			for range each {
				n, err := next()
				if err != nil {
					t.Error(err)
				}
				numbers <- n
			}
		})
	}
	all.Wait()
	close(numbers)
	seen := map[int64]bool{}
	for n := range numbers {
		if seen[n] || n < 1000 || n >= 1000+callers*each {
			t.Errorf("number %d is given out twice or out of order", n)
		}
		seen[n] = true
	}
	if len(seen) != callers*each {
		t.Errorf("%d numbers, want %d", len(seen), callers*each)
	}
}

// What a re-request finds done is not done again and not given up: the order is stored.
func TestAReRequestThatSaysDoneGoesOn(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	for name, byOwner := range map[string]bool{"the service's own": false, "its owner's": true} {
		t.Run(name, func(t *testing.T) {
			id := s.number(t, alice)
			key := fmt.Sprint(id, "/1/stock")
			s.faults.Forget()
			s.arm(t, fault.Fault{At: decrement, Kind: fault.DropReply})
			want := []string{"decrement " + key + " ?", "check " + key + " OK"}
			if byOwner {
				s.arm(t, fault.Fault{At: check, Kind: fault.DropRequest})
				wantUnknown(t, s.put(t, alice, id, of("EST-1", 3)))
				want = []string{want[0], "check " + key + " ?", want[1]}
			}
			got := s.put(t, alice, id, of("EST-1", 3))
			wantStatus(t, got, http.StatusCreated)
			if got.view.Total != 3*1650 || got.view.Attempt != 1 {
				t.Errorf("got %s", got.body)
			}
			s.wantCalls(t, want...)
			s.wantRows(t, id, order.Success, 1, 1)
		})
	}
	s.wantMessages(t, 0)
	s.wantStock(t, "EST-1", seeded-6)
}
