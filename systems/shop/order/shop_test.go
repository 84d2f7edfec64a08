package order_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

const stockAtFirst = 28 * 10_000

// shop is a catalog and an order service over real HTTP, each with its own file.
type shop struct {
	products *catalog.ProductService
	faults   *faults
	orders   *order.OrderService
	url      string // of the order service
	file     string // of the order service
}

func newCatalog(t *testing.T) (*catalog.ProductService, *faults) {
	t.Helper()
	products, err := catalog.New(t.Context(), catalog.Config{Path: filepath.Join(t.TempDir(), "catalog.db")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = products.Close() })
	return products, &faults{catalog: catalog.NewController(products, nil)}
}

func newShop(t *testing.T, change func(*order.Config)) *shop {
	t.Helper()
	s := &shop{file: filepath.Join(t.TempDir(), "order.db")}
	s.products, s.faults = newCatalog(t)
	server := httptest.NewServer(s.faults)
	t.Cleanup(server.Close)
	s.start(t, server.URL, change)
	return s
}

// start runs the order service until the test ends or the returned function is called.
func (s *shop) start(t *testing.T, catalogURL string, change func(*order.Config)) (stop func()) {
	t.Helper()
	config := order.Config{Path: s.file, Catalog: catalogURL, Engine: quick(), Logger: silent()}
	if change != nil {
		change(&config)
	}
	service, err := order.New(t.Context(), config)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- service.Run(ctx) }()
	server := httptest.NewServer(order.NewController(service, nil))
	s.orders, s.url = service, server.URL
	stopped := false
	stop = func() {
		if stopped {
			return
		}
		stopped = true
		server.Close()
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := service.Close(); err != nil {
			t.Error(err)
		}
	}
	t.Cleanup(stop)
	return stop
}

// quick retries without long pauses.
func quick() *saga.Config {
	return &saga.Config{
		Logger:            silent(),
		Retry:             saga.RetryPolicy{MaxAttempts: 5, Initial: time.Millisecond, Max: 20 * time.Millisecond},
		CompensationRetry: saga.RetryPolicy{MaxAttempts: 5, Initial: time.Millisecond, Max: 20 * time.Millisecond},
	}
}

// silent keeps the failures that a test provokes out of its output.
func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

type reply struct {
	status   int
	header   http.Header
	body     string
	view     order.View
	problem  struct{ Type, Detail, Item string }
	original error
}

func call(t *testing.T, method, url, body string) reply {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Error(err)
		return reply{original: err}
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Error(err)
	}
	got := reply{status: response.StatusCode, header: response.Header, body: string(text)}
	if into := any(&got.view); true {
		if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem") {
			into = &got.problem
		}
		if err := json.Unmarshal(text, into); err != nil {
			t.Errorf("%s %s: %d %q: %v", method, url, got.status, text, err)
		}
	}
	return got
}

func (s *shop) place(t *testing.T, body string) reply {
	t.Helper()
	return call(t, "POST", s.url+"/orders", body)
}

func of(item string, quantity string) string {
	return `{"lines":[{"item":"` + item + `","quantity":` + quantity + `}]}`
}

// check holds I-B1, I-B3 and the shape of the rows: what left the stock is what the stored orders
// contain, and each order's total is the sum of its lines.
func (s *shop) check(t *testing.T, wantOrders int) {
	t.Helper()
	items, err := s.products.Items(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var stock int64
	for _, item := range items {
		stock += item.Stock
		if item.Stock < 0 {
			t.Errorf("stock of %s is %d", item.ID, item.Stock)
		}
	}
	db, err := sql.Open("sqlite", "file:"+s.file)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	var orders int
	var sold, off int64
	if err := db.QueryRow(`select (select count(*) from orders), (select coalesce(sum(quantity), 0) from lineitem),
		(select count(*) from orders o where total <> (select coalesce(sum(quantity * unit_price), -1)
			from lineitem l where l.order_id = o.id))`).Scan(&orders, &sold, &off); err != nil {
		t.Fatal(err)
	}
	if orders != wantOrders || off != 0 {
		t.Errorf("%d orders are stored, %d of them with a wrong total; want %d", orders, off, wantOrders)
	}
	if stock+sold != stockAtFirst {
		t.Errorf("stock %d + sold %d = %d, want %d", stock, sold, stock+sold, stockAtFirst)
	}
}

func readAll(r *http.Request) []byte {
	body, _ := io.ReadAll(r.Body)
	return body
}

func withBody(r *http.Request, body []byte) *http.Request {
	again := r.Clone(r.Context())
	again.Body = io.NopCloser(bytes.NewReader(body))
	return again
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
