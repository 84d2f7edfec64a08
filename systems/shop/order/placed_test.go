package order_test

import (
	"fmt"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// An order that is placed: what it looks like, and that it looks so for ever.

func TestAnOrderIsPlaced(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	if id != 1000 {
		t.Errorf("the first number is %d", id)
	}
	s.faults.Forget()
	began := time.Now().Add(-time.Second)
	got := s.put(t, alice, id, of("EST-18", 2, "EST-1", 1, "EST-18", 1))
	wantStatus(t, got, http.StatusCreated)
	want := []order.Line{{Item: "EST-1", Quantity: 1, UnitPrice: 1650}, {Item: "EST-18", Quantity: 3, UnitPrice: 19350}}
	v := got.view
	if v.ID != id || v.Status != order.Success || !slices.Equal(v.Lines, want) || v.Total != 1650+3*19350 || v.Currency != "USD" ||
		v.Attempt != 1 || v.Placed.Before(began) || v.Placed.After(time.Now()) || v.Placed.Location() != time.UTC {
		t.Errorf("got %s", got.body)
	}
	if v.Refusal != nil || v.Compensating || v.Next != "" || !v.Since.IsZero() {
		t.Errorf("a placed order says what is to be done about it: %s", got.body)
	}
	s.wantCalls(t, numbered(id, []string{"decrement 1 OK"})...)
	s.wantRows(t, id, order.Success, 1, 2)
	if shown := s.get(t, alice, id); shown.body != got.body || shown.status != http.StatusOK {
		t.Errorf("GET says %d %s, PUT said %s", shown.status, shown.body, got.body)
	}
	if list := s.list(t, alice); len(list) != 1 || fmt.Sprint(list[0]) != fmt.Sprint(v) {
		t.Errorf("the list is %+v", list)
	}
}

// The same answer to the byte, whatever has happened since: prices, stock, the catalog itself.
func TestASuccessIsAnsweredTheSameForEver(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	first := s.put(t, alice, id, of("EST-1", 3))
	wantStatus(t, first, http.StatusCreated)
	same := func(when string) {
		t.Helper()
		if again := s.put(t, alice, id, of("EST-1", 3)); again.status != http.StatusCreated || again.body != first.body {
			t.Errorf("%s it is %d %s, at first %s", when, again.status, again.body, first.body)
		}
		if shown := s.get(t, alice, id); shown.body != first.body {
			t.Errorf("%s it shows as %s, at first %s", when, shown.body, first.body)
		}
	}
	s.faults.Forget()
	same("at once")
	_, err := open(t, s.stockFile).ExecContext(t.Context(), `update item set price = price + 1000`)
	must(t, err)
	same("after prices changed")
	dearer := s.put(t, bob, s.number(t, bob), of("EST-1", seeded-3))
	wantStatus(t, dearer, http.StatusCreated)
	if dearer.view.Total != (seeded-3)*2650 {
		t.Errorf("the new price does not count: %s", dearer.body)
	}
	same("after it was sold out")
	s.closeCatalog()
	same("while the catalog is down")
	s.stop(t)
	s.start(t)
	same("after a restart")
	s.wantCalls(t, numbered(id+1, []string{"decrement 1 OK"})...)
	s.wantRows(t, id, order.Success, 1, 1)
}

func TestTheSameGoodsAreTheSameOrderHoweverTheyAreListed(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	first := s.put(t, alice, id, of("EST-2", 3, "EST-10", 1))
	wantStatus(t, first, http.StatusCreated)
	for _, body := range []string{
		of("EST-10", 1, "EST-2", 3), of("EST-2", 1, "EST-10", 1, "EST-2", 2), of("EST-2", 1, "EST-2", 1, "EST-2", 1, "EST-10", 1),
	} {
		if again := s.put(t, alice, id, body); again.status != http.StatusCreated || again.body != first.body {
			t.Errorf("%s is %d %s", body, again.status, again.body)
		}
	}
	s.wantStock(t, "EST-2", seeded-3)
}

func TestChangedLinesAreAnotherOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	placedID, failedID, unknownID := s.number(t, alice), s.number(t, alice), s.number(t, alice)
	placed(t, s, placedID, "EST-1")
	neverReached(t, s, failedID, "EST-1")
	unknownAndTaken(t, s, unknownID, "EST-1")
	s.faults.Forget()
	for _, id := range []int64{placedID, failedID, unknownID} {
		for _, other := range []string{of("EST-1", 4), of("EST-2", 3), of("EST-1", 3, "EST-2", 1)} {
			wantProblem(t, s.put(t, alice, id, other), http.StatusConflict, "order-changed", "Take a new number")
		}
	}
	s.wantCalls(t)
	s.wantStock(t, "EST-1", seeded-6)
}

// Refusals are told in the catalog's words, and shown again.
func TestARefusalTellsTheCatalogsReason(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	for _, c := range []struct{ body, code, item, todo string }{
		{of("EST-1", seeded+1), "out-of-stock", "EST-1", "Ask for fewer, or later"},
		{of("EST-1", 1, "EST-77", 1), "unknown-item", "EST-77", "Choose one that the catalog lists"},
	} {
		id := s.number(t, alice)
		got := s.put(t, alice, id, c.body)
		wantProblem(t, got, http.StatusConflict, c.code, c.todo)
		if p := got.problem; p.Item != c.item || p.Order != id || p.OrderRetryStatus != "Fail" {
			t.Errorf("got %s", got.body)
		}
		v := s.get(t, alice, id).view
		if v.Status != order.Fail || v.Refusal == nil || v.Refusal.Code != c.code || v.Refusal.Item != c.item || v.Next == "" || v.Compensating {
			t.Errorf("it shows as %+v", v)
		}
	}
	s.wantMessages(t, 0)
	s.wantStock(t, "EST-1", seeded)
}

// Nobody listens, so nothing was done; the order fails, and is placed when the catalog is back.
func TestACatalogThatIsDownFailsTheOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{closed: true})
	id := s.number(t, alice)
	wantProblem(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway, "not-placed", "Nothing was bought")
	s.wantRows(t, id, order.Fail, 0, 0)
	s.openCatalog(t)
	s.faults.Forget()
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantCalls(t, numbered(id, []string{"decrement 2 OK"})...)
	s.wantMessages(t, 0)
	s.wantStock(t, "EST-1", seeded-3)
}

// The first answers of the catalog are 500s, or nothing at all: one order comes of it.
func TestFaultsOfTheFirstCallEndInOneOrder(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	for kind, calls := range map[fault.Kind][]string{
		fault.DropReply: {"decrement 1 ?", "check 1 OK"},
		fault.FailAfter: {"decrement 1 ?", "check 1 OK"},
		fault.Duplicate: {"decrement 1 OK"},
	} {
		t.Run(string(kind), func(t *testing.T) {
			id, before := s.number(t, alice), s.left(t, "EST-1")
			s.faults.Forget()
			s.arm(t, fault.Fault{At: decrement, Kind: kind})
			wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
			s.wantCalls(t, numbered(id, calls)...)
			s.wantStock(t, "EST-1", before-3)
		})
	}
}
