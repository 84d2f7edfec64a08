package order_test

import (
	"context"
	"database/sql"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/shop/audit"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// The places at which a test lets things go wrong.
const (
	decrement    = "decrement"    // order service → catalog: take the goods
	check        = "check"        // order service → catalog: were they taken? If not, never
	compensation = "compensation" // order service → catalog, by message: give them back
)

// options are what a test changes of its shop.
type options struct {
	config func(*order.Config)
	door   func(catalog http.Handler) http.Handler // around what the order service sees of the catalog
	closed bool                                    // the catalog is not there at first
}

// shop is a catalog and an order service over real HTTP, each with its own file, and every exchange
// with either is held against its document. When a test is over, the books of both must agree.
type shop struct {
	options
	faults    *fault.Faults
	products  *catalog.ProductService
	orders    *order.OrderService
	checked   *openapi.Checker // of the order service
	sessions  *session.Sessions
	books     *audit.Books
	url       string // of the order service
	file      string // of the order service
	stockFile string
	address   string // of the catalog
	shelves   http.Handler
	catalog   *http.Server // nil while it is down
	publisher message.Publisher
	stop      func(t *testing.T) // stops the order service; may be called twice
	halt      func(t *testing.T) // lets its Run return, and nothing else
}

func newShop(t *testing.T, o options) *shop {
	t.Helper()
	dir := t.TempDir()
	s := &shop{
		options: o, faults: fault.New(&fault.Config{Logger: silent()}),
		file: filepath.Join(dir, "order.db"), stockFile: filepath.Join(dir, "catalog.db"),
	}
	var err error
	s.sessions, err = session.New(session.Config{Key: []byte("a key for tests, of 32 bytes min"), Insecure: true, Logger: silent()})
	must(t, err)
	s.products, err = catalog.New(t.Context(), catalog.Config{Path: s.stockFile, Logger: silent()})
	must(t, err)
	t.Cleanup(func() { s.products.Close() })
	boundary := catalog.NewController(s.products, nil)
	s.shelves = s.faults.HTTP(place, keyOf, openapi.Check(t, boundary))
	if o.door != nil {
		s.shelves = o.door(s.shelves)
	}
	bus := message.NewBus()
	bus.Subscribe(catalog.CompensationType, boundary.Compensate)
	s.publisher = s.faults.Publisher(compensation, bus)
	s.address = freeAddress(t)
	if !o.closed {
		s.openCatalog(t)
	}
	t.Cleanup(s.closeCatalog)
	s.start(t)
	t.Cleanup(func() { s.stop(t) })
	s.books, err = audit.Open(s.file, s.stockFile)
	must(t, err)
	t.Cleanup(func() { s.settle(t) })
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// silent keeps the failures that a test provokes out of its output.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func place(r *http.Request) string {
	switch r.Method + " " + r.URL.Path {
	case "POST /catalog/stock/decrement":
		return decrement
	case "POST /catalog/stock/decrement/fence":
		return check
	}
	return r.Method + " " + r.URL.Path
}

func keyOf(r *http.Request) string { return r.Header.Get("Idempotency-Key") }

// freeAddress is one at which nobody listens.
func freeAddress(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer listener.Close()
	return listener.Addr().String()
}

func (s *shop) openCatalog(t *testing.T) {
	t.Helper()
	listener, err := net.Listen("tcp", s.address)
	must(t, err)
	s.catalog = &http.Server{
		Handler: s.shelves, ReadHeaderTimeout: 5 * time.Second, ErrorLog: slog.NewLogLogger(slog.DiscardHandler, slog.LevelError),
	}
	go func(server *http.Server) { _ = server.Serve(listener) }(s.catalog)
}

func (s *shop) closeCatalog() {
	if s.catalog != nil {
		s.catalog.Close()
		s.catalog = nil
	}
}

// start runs the order service on its file until stop is called.
func (s *shop) start(t *testing.T) {
	t.Helper()
	config := order.Config{
		Path: s.file, Catalog: "http://" + s.address, Publisher: s.publisher, Logger: silent(),
		CallTimeout: 20 * time.Second, Wait: 20 * time.Second,
		Engine: &saga.Config{
			Logger: silent(), Drain: 50 * time.Millisecond,
			CompensationRetry: saga.RetryPolicy{MaxAttempts: 1000, Initial: time.Millisecond, Max: 10 * time.Millisecond},
		},
		Relay: &message.RelayConfig{
			Logger: silent(), Poll: 200 * time.Millisecond, Initial: time.Millisecond, Max: 10 * time.Millisecond, MaxAttempts: 3,
		},
	}
	if s.config != nil {
		s.config(&config)
	}
	service, err := order.New(t.Context(), config)
	must(t, err)
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	s.orders, s.checked = service, openapi.Check(t, order.NewController(service, s.sessions))
	server := httptest.NewServer(s.checked)
	s.url = server.URL
	s.halt = once(func(t *testing.T) {
		cancel()
		if err := <-done; err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	halt := s.halt
	s.stop = once(func(t *testing.T) {
		server.CloseClientConnections()
		halt(t)
		server.Close()
		if err := service.Close(); err != nil {
			t.Errorf("Close returned %v", err)
		}
	})
}

func once(fn func(*testing.T)) func(*testing.T) {
	called := false
	return func(t *testing.T) {
		if !called {
			called = true
			fn(t)
		}
	}
}

// settle ends all that goes wrong, waits for what is on its way, and audits both files.
func (s *shop) settle(t *testing.T) {
	t.Helper()
	if err := s.faults.Clear(); err != nil {
		t.Error(err)
	}
	s.faults.Release()
	var report audit.Report
	eventually(t, "all messages to be delivered", func() bool {
		var err error
		if report, err = s.books.Check(context.WithoutCancel(t.Context()), nil); err != nil {
			t.Fatal(err)
		}
		return report.Waiting == 0
	})
	for _, v := range report.Violations {
		t.Errorf("%s: %s", v.Invariant, v.Detail)
	}
	s.books.Close()
}

// eventually calls ready until it is true; it reports a test that waits for what never comes.
func eventually(t *testing.T, what string, ready func() bool) {
	t.Helper()
	deadline := time.NewTimer(20 * time.Second)
	defer deadline.Stop()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ready() {
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatalf("waited 20 s for %s", what)
		}
	}
}

// open is a file as an outsider sees it.
func open(t *testing.T, file string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=busy_timeout(10000)")
	must(t, err)
	t.Cleanup(func() { db.Close() })
	return db
}

// reject makes a table of the order service refuse rows until the returned function is called, or
// the test ends.
func (s *shop) reject(t *testing.T, table string) (lift func()) {
	t.Helper()
	drop, err := fault.RejectInserts(t.Context(), open(t, s.file), table, "the disk has a bad day")
	must(t, err)
	return func() {
		t.Helper()
		must(t, drop())
	}
}

func (s *shop) arm(t *testing.T, faults ...fault.Fault) {
	t.Helper()
	must(t, s.faults.Arm(faults...))
}
