package order_test

import (
	"context"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/audit"
	"github.com/seosa-dev/saga/systems/shop/order"
)

func (s *shop) truth(t *testing.T, id int64) audit.Truth {
	t.Helper()
	got, err := s.books.Order(t.Context(), id, "EST-1")
	must(t, err)
	return got
}

// leaveDuring sends an order and goes away while the catalog is asked; the connection is cut, as by
// a browser that was closed. It returns when the sender has gone.
func (s *shop) leaveDuring(t *testing.T, id int64) {
	t.Helper()
	s.faults.Forget()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.HoldReply})
	ctx, cancel := context.WithCancel(t.Context())
	r, err := http.NewRequestWithContext(ctx, http.MethodPut, s.url+address(id), struct{ io.Reader }{strings.NewReader(of("EST-1", 3))})
	must(t, err)
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Cookie", s.cookie(t, alice))
	gone := make(chan struct{})
	go func() {
		defer close(gone)
		if response, err := http.DefaultClient.Do(r); err == nil {
			response.Body.Close()
			t.Errorf("answered %d before the goods were taken", response.StatusCode)
		}
	}()
	must(t, s.faults.Struck(t.Context(), decrement, 1))
	cancel()
	<-gone
}

// An order that nobody waits for any more comes to its end, and to OrderRetryStatus, all the same.
func TestAnOrderWhoseUserHasGoneIsPlaced(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.leaveDuring(t, id)
	s.faults.Release()
	eventually(t, "the order", func() bool { return s.truth(t, id).Status == string(order.Success) })
	s.wantRows(t, id, order.Success, 1, 1)
}

func TestUnknownIsRecordedAlthoughItsUserHasGone(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: check, Kind: fault.DropReply})
	s.leaveDuring(t, id)
	s.closeCatalog() // the answer to the decrement is lost, and so is the one to the check
	eventually(t, "Unknown in the table", func() bool { return s.truth(t, id).Status == string(order.Unknown) })
	s.wantRows(t, id, order.Unknown, 0, 0)
	s.openCatalog(t)
	must(t, s.faults.Clear())
	if list := s.list(t, alice); len(list) != 1 || list[0].Status != order.Unknown || list[0].Next == "" {
		t.Errorf("the list is %+v", list)
	}
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantStock(t, "EST-1", seeded-3)
}

// The service was killed when the engine had given up and the table did not say so yet: the next
// one records it, and asks nobody.
func TestUnknownIsRecordedAfterARestart(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	unknownAndTaken(t, s, id, "EST-1")
	eventually(t, "the engine to give up", func() bool {
		in, err := s.orders.Engine().Get(t.Context(), "1000/1")
		return err == nil && in.Status == saga.NeedsAttention && in.Reason == saga.InDoubt
	})
	s.stop(t)
	s.faults.Forget()
	_, err := open(t, s.file).ExecContext(t.Context(), `update order_retry_status set status = 'Unprocessed' where order_id = ?`, id)
	must(t, err)
	s.start(t)
	eventually(t, "Unknown in the table", func() bool { return s.truth(t, id).Status == string(order.Unknown) })
	s.wantCalls(t)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
}

// Of an order that nobody knows, a killed service left Unprocessed behind; its repeat asks as well.
func TestUnprocessedThatIsNotWorkedOnIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	unknownAndTaken(t, s, id, "EST-1")
	s.faults.Forget()
	_, err := open(t, s.file).ExecContext(t.Context(), `update order_retry_status set status = 'Unprocessed' where order_id = ?`, id)
	must(t, err)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantCalls(t, numbered(id, []string{"check 1 OK"})...)
}
