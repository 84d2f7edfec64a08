package order_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"net"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

const (
	decrement = "POST /catalog/stock/decrement"
	probe     = "GET /catalog/stock/decrement"
	fence     = "POST /catalog/stock/fence"
	restore   = "POST /catalog/stock/restore"
)

func TestFaultsEndInOneOrder(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		faults []fault
		calls  []string
	}{
		"lost reply":           {[]fault{dropReply}, []string{decrement, probe}},
		"lost request":         {[]fault{dropRequest}, []string{decrement, probe, decrement}},
		"503 after the commit": {[]fault{failAfter}, []string{decrement, probe}},
		"503 before":           {[]fault{failBefore}, []string{decrement, probe, decrement}},
		"lost reply and probe": {[]fault{dropReply, dropReply, failBefore}, []string{decrement, probe, probe, probe}},
		"delivered twice":      {[]fault{twice}, []string{decrement}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, nil)
			s.faults.plan(c.faults...)
			got := s.place(t, of("EST-1", "3"))
			wantStatus(t, got, http.StatusCreated)
			if got.view.Total != 4950 {
				t.Errorf("total %d", got.view.Total)
			}
			s.faults.wantCalls(t, c.calls...)
			s.check(t, 1)
		})
	}
}

func TestALateOriginalChangesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	deliver := make(chan func(), 1)
	s.faults.plan(late(deliver))
	wantStatus(t, s.place(t, of("EST-1", "3")), http.StatusCreated)
	(<-deliver)()
	s.check(t, 1)

	s.spoil(t) // and after its undo it is refused
	s.faults.plan(late(deliver))
	wantStatus(t, s.place(t, of("EST-2", "3")), http.StatusBadGateway)
	(<-deliver)()
	s.check(t, 1)
}

func TestRefusalAfterALostRequestIsFenced(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.faults.plan(dropRequest)
	wantStatus(t, s.place(t, of("EST-1", "10001")), http.StatusConflict)
	s.faults.wantCalls(t, decrement, probe, decrement, fence)
	s.check(t, 0)
}

func TestUnknownIsAskedAboutOnARepeat(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.faults.plan(dropReply, dropRequest, dropRequest, dropRequest, dropRequest)
	got := s.place(t, of("EST-1", "1"))
	wantStatus(t, got, http.StatusAccepted)
	if got.view.Status != order.Unknown || got.header.Get("Retry-After") == "" || got.header.Get("Location") != "/orders/1000" {
		t.Errorf("got %v %s", got.header, got.body)
	}
	again := call(t, "PUT", s.url+"/orders/1000", of("EST-1", "1"))
	wantStatus(t, again, http.StatusCreated)
	s.faults.wantCalls(t, decrement, probe, probe, probe, probe, probe)
	s.check(t, 1)
}

func TestAnOrderThatCannotBeStoredGivesTheStockBack(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.spoil(t)
	got := s.place(t, of("EST-1", "3"))
	wantStatus(t, got, http.StatusBadGateway)
	s.faults.wantCalls(t, decrement, restore)
	s.check(t, 0)
	if shown := call(t, "GET", s.url+"/orders/1000", ""); shown.view.Status != order.Fail {
		t.Errorf("GET says %s", shown.body)
	}
}

// An undo whose reply is lost is repeated with the same key and gives back once.
func TestLostUndoGivesBackOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.spoil(t)
	s.faults.plan(pass, dropReply, failAfter)
	wantStatus(t, s.place(t, of("EST-1", "3")), http.StatusBadGateway)
	s.faults.wantCalls(t, decrement, restore, restore, restore)
	s.check(t, 0)
}

// spoil makes every insert of an order fail.
func (s *shop) spoil(t *testing.T) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	if _, err := db.ExecContext(t.Context(), `create trigger spoil before insert on lineitem
		begin select raise(abort, 'the disk has a bad day'); end`); err != nil {
		t.Fatal(err)
	}
}

func TestCatalogDownAtFirst(t *testing.T) {
	t.Parallel()
	s, address := shopWithoutCatalog(t)
	turnedAway := make(chan struct{}, 64)
	s.start(t, "http://"+address, func(c *order.Config) {
		c.Engine.Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: 5 * time.Millisecond, Max: 20 * time.Millisecond}
		c.Engine.Observe = func(e saga.Event) {
			if e.Outcome == saga.NotDone {
				turnedAway <- struct{}{}
			}
		}
	})
	placed := make(chan reply, 1)
	go func() { placed <- s.place(t, of("EST-1", "2")) }()
	<-turnedAway
	<-turnedAway
	s.serveCatalog(t, address)
	wantStatus(t, <-placed, http.StatusCreated)
	s.faults.wantCalls(t, decrement)
	s.check(t, 1)
}

func TestCatalogThatStaysAwayFailsTheOrder(t *testing.T) {
	t.Parallel()
	s, address := shopWithoutCatalog(t)
	s.start(t, "http://"+address, nil)
	wantStatus(t, s.place(t, of("EST-1", "2")), http.StatusBadGateway)
	s.check(t, 0)
}

func TestOrderGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s, address := shopWithoutCatalog(t)
	patient := func(c *order.Config) {
		c.Engine.Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: 5 * time.Millisecond, Max: 20 * time.Millisecond}
		c.Wait = 50 * time.Millisecond
	}
	stop := s.start(t, "http://"+address, patient)
	got := s.place(t, of("EST-1", "2"))
	wantStatus(t, got, http.StatusAccepted)
	if got.view.Status != order.Unprocessed || got.view.ID != 1000 {
		t.Errorf("got %s", got.body)
	}
	stop()
	s.serveCatalog(t, address)
	s.start(t, "http://"+address, patient)
	eventually(t, "the order", func() bool {
		return call(t, "GET", s.url+"/orders/1000", "").view.Status == order.Success
	})
	s.check(t, 1)
}

func TestListShowsWhatIsNotPlacedToo(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	wantStatus(t, s.place(t, of("EST-1", "1")), http.StatusCreated)
	wantStatus(t, s.place(t, of("EST-0", "1")), http.StatusConflict)
	want := []order.Status{order.Fail, order.Success}
	eventually(t, "both orders in the list", func() bool {
		var list struct{ Orders []order.View }
		if err := json.Unmarshal([]byte(call(t, "GET", s.url+"/orders", "").body), &list); err != nil {
			t.Fatal(err)
		}
		var got []order.Status
		for _, v := range list.Orders {
			got = append(got, v.Status)
		}
		return slices.Equal(got, want)
	})
}

// shopWithoutCatalog has an address for its catalog at which nobody listens yet.
func shopWithoutCatalog(t *testing.T) (*shop, string) {
	t.Helper()
	s := &shop{file: t.TempDir() + "/order.db"}
	s.products, s.faults = newCatalog(t)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = listener.Close() }()
	return s, listener.Addr().String()
}

func (s *shop) serveCatalog(t *testing.T, address string) {
	t.Helper()
	listener, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: s.faults, ReadHeaderTimeout: time.Second}
	go func() { _ = server.Serve(listener) }()
	t.Cleanup(func() { _ = server.Close() })
}
