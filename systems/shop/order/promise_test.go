package order_test

import (
	"bytes"
	"context"
	"database/sql"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// altered lets the catalog commit and changes a word of its reply. A reply without the word fails
// the test: it would be passed on as it is.
func altered(t *testing.T, old, changed string) fault {
	return func(w http.ResponseWriter, r *http.Request, catalog http.Handler) {
		reply := httptest.NewRecorder()
		catalog.ServeHTTP(reply, r)
		if !bytes.Contains(reply.Body.Bytes(), []byte(old)) {
			t.Errorf("the catalog's reply %s has no %s", reply.Body, old)
		}
		w.Header().Set("Content-Type", reply.Header().Get("Content-Type"))
		w.WriteHeader(reply.Code)
		_, _ = w.Write(bytes.ReplaceAll(reply.Body.Bytes(), []byte(old), []byte(changed)))
	}
}

// change runs statements in the service's file.
func (s *shop) change(t *testing.T, statements ...string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+s.file+"?_pragma=busy_timeout(5000)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	for _, statement := range statements {
		if _, err := db.ExecContext(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
}

// A reply that is not about this order's key, or not about its goods, settles nothing: the catalog
// is asked until it gives one that is.
func TestAnswersAboutOtherThingsSettleNothing(t *testing.T) {
	t.Parallel()
	const key, other = `"key":"1000/1/stock"`, `"key":"1001/1/stock"`
	for name, c := range map[string]struct {
		faults func(t *testing.T) []fault
		calls  []string
	}{
		"another key": {
			func(t *testing.T) []fault { return []fault{altered(t, key, other)} }, []string{decrement, probe},
		},
		"another key, to a probe": {
			func(t *testing.T) []fault { return []fault{dropReply, altered(t, key, other)} }, []string{decrement, probe, probe},
		},
		"another key is unknown": {
			func(t *testing.T) []fault { return []fault{dropRequest, altered(t, key, other)} },
			[]string{decrement, probe, probe, decrement},
		},
		"another quantity": {
			func(t *testing.T) []fault { return []fault{altered(t, `"quantity":3`, `"quantity":2`)} }, []string{decrement, probe},
		},
		"another item": {
			func(t *testing.T) []fault { return []fault{altered(t, `"EST-1"`, `"EST-2"`)} }, []string{decrement, probe},
		},
		"no lines": {
			func(t *testing.T) []fault { return []fault{altered(t, `"lines":`, `"rows":`)} }, []string{decrement, probe},
		},
		"a line too many": {
			func(t *testing.T) []fault {
				return []fault{altered(t, `"lines":[`, `"lines":[{"item":"EST-2","quantity":1,"unitPrice":1},`)}
			}, []string{decrement, probe},
		},
		"a negative price": {
			func(t *testing.T) []fault { return []fault{altered(t, `"unitPrice":`, `"unitPrice":-`)} }, []string{decrement, probe},
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newShop(t, nil)
			s.faults.plan(c.faults(t)...)
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

func TestAnUndoOfAnotherKeyIsNoUndo(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	s.spoil(t)
	s.faults.plan(pass, altered(t, `"key":"1000/1/stock"`, `"key":"1001/1/stock"`))
	wantStatus(t, s.place(t, of("EST-1", "3")), http.StatusBadGateway)
	s.faults.wantCalls(t, decrement, restore, restore)
	s.check(t, 0)
}

// inserted keeps how the calls of the insert ended.
type inserted struct {
	mu   sync.Mutex
	ends map[saga.CallKind][]saga.Outcome
}

func (i *inserted) watch(c *order.Config) {
	i.ends = map[saga.CallKind][]saga.Outcome{}
	c.Engine.Observe = func(e saga.Event) {
		if e.Kind == saga.EventAnswered && e.Step == "insert" {
			i.mu.Lock()
			defer i.mu.Unlock()
			i.ends[e.Call] = append(i.ends[e.Call], e.Outcome)
		}
	}
}

func (i *inserted) of(call saga.CallKind) []saga.Outcome {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.ends[call]
}

// A commit that failed may be on disk all the same, so it is no proof that nothing was stored: the
// stock is not given back, and the repeat finds out.
func TestAFailedCommitOfTheInsertIsInDoubt(t *testing.T) {
	t.Parallel()
	var calls inserted
	s := newShop(t, calls.watch)
	s.change(t,
		`create table absent (id integer primary key)`,
		`create table pointer (id integer references absent (id) deferrable initially deferred)`,
		`create trigger late after insert on orders begin insert into pointer values (1); end`)
	got := s.place(t, of("EST-1", "3"))
	wantStatus(t, got, http.StatusAccepted)
	if got.view.Status != order.Unknown {
		t.Errorf("got %s", got.body)
	}
	actions := calls.of(saga.CallAction)
	if len(actions) == 0 || slices.ContainsFunc(actions, func(o saga.Outcome) bool { return o != saga.Unknown }) {
		t.Errorf("inserts whose commit failed ended %v", actions)
	}
	s.change(t, `drop trigger late`)
	wantStatus(t, call(t, "PUT", s.url+"/orders/1000", of("EST-1", "3")), http.StatusCreated)
	s.faults.wantCalls(t, decrement)
	s.check(t, 1)
}

// An insert that comes after its fence stores nothing, even if nothing else keeps it from doing so.
func TestAFencedInsertStoresNothing(t *testing.T) {
	t.Parallel()
	var calls inserted
	s := newShop(t, calls.watch)
	s.change(t, `insert into order_fence (instance, fenced_at) values ('1000/1', '2026-01-02T03:04:05Z')`)
	wantStatus(t, s.place(t, of("EST-1", "3")), http.StatusBadGateway)
	if actions := calls.of(saga.CallAction); len(actions) != 1 || actions[0] != saga.Refused {
		t.Errorf("inserts ended %v, want one refusal", actions)
	}
	s.faults.wantCalls(t, decrement, restore)
	s.check(t, 0)
}

// A redirect may lead to a service that is not the catalog; its answer must not count.
func TestFacadeFollowsNoRedirect(t *testing.T) {
	t.Parallel()
	for _, status := range []int{301, 302, 303, 307, 308} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/elsewhere" {
				t.Errorf("%d: followed with %s", status, r.Method)
				return
			}
			http.Redirect(w, r, "/elsewhere", status)
		}))
		f := facade(t, server.URL)
		for _, method := range []string{"GET", "POST"} {
			x := f.Do(t.Context(), method, "/x", "1000/1/stock", nil)
			if x.Status != status || x.Err != nil {
				t.Errorf("%s: got %d, %v, want the %d", method, x.Status, x.Err, status)
			}
			if _, err := order.Classify(x); saga.OutcomeOf(err) != saga.Unknown {
				t.Errorf("%s: a %d is %v", method, status, err)
			}
		}
		server.Close()
	}
}

// With no authorizer, another machine may look but not order.
func TestOnlyThisMachineOrdersByDefault(t *testing.T) {
	t.Parallel()
	s := newShop(t, nil)
	controller := order.NewController(s.orders, nil)
	from := func(address, method, path string) int {
		r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(of("EST-1", "1")))
		r.Header.Set("Content-Type", "application/json")
		r.RemoteAddr = address
		w := httptest.NewRecorder()
		controller.ServeHTTP(w, r)
		return w.Code
	}
	const here, there = "127.0.0.1:4000", "192.0.2.7:4000"
	if got := from(here, "POST", "/orders/new"); got != http.StatusCreated { // number 1000
		t.Errorf("a number for this machine: %d", got)
	}
	for _, c := range [][2]string{{"POST", "/orders"}, {"POST", "/orders/new"}, {"PUT", "/orders/1000"}} {
		if got := from(there, c[0], c[1]); got != http.StatusForbidden {
			t.Errorf("%s %s from another machine: %d", c[0], c[1], got)
		}
	}
	s.faults.wantCalls(t)
	if got := from(there, "GET", "/orders"); got != http.StatusOK {
		t.Errorf("reading from another machine: %d", got)
	}
	if n, err := s.orders.NewNumber(t.Context()); n != 1001 || err != nil {
		t.Errorf("number %d, error %v; those who were turned away took some", n, err)
	}
	if got := from(here, "PUT", "/orders/1000"); got != http.StatusCreated {
		t.Errorf("an order of this machine: %d", got)
	}
	s.check(t, 1)
}
