package racetest_test

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/session"
	"github.com/seosa-dev/saga/systems/shop/audit"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// shop is both services in this process, with a count of what passes between them.
type shop struct {
	url     string
	cookies []*http.Cookie // of the shoppers
	calls   *calls
	stock   *sql.DB // the catalog's file
	books   *audit.Books
}

func openShop(t *testing.T, shoppers int) *shop {
	t.Helper()
	folder := t.TempDir()
	file := func(name string) string { return filepath.Join(folder, name) }
	s := &shop{calls: newCalls()}
	log := slog.New(slog.DiscardHandler)
	products, err := catalog.New(t.Context(), catalog.Config{Path: file("catalog.db"), Logger: log})
	must(t, err)
	t.Cleanup(func() { must(t, products.Close()) })
	items := catalog.NewController(products, nil)
	bus := message.NewBus()
	bus.Subscribe(catalog.CompensationType, func(ctx context.Context, m message.Message) error {
		s.calls.request(m.Key, m.Type)
		return items.Compensate(ctx, m)
	})
	orders, err := order.New(t.Context(), order.Config{
		Path: file("order.db"), Catalog: serve(t, s.calls.counted(items)), Publisher: bus, Logger: log, Wait: time.Minute,
		CallTimeout: time.Minute, Engine: &saga.Config{Logger: log, Observe: s.calls.observe},
	})
	must(t, err)
	t.Cleanup(func() { must(t, orders.Close()) })
	sessions, err := session.New(session.Config{Key: make([]byte, session.MinKey), Insecure: true, Logger: log})
	must(t, err)
	for i := range shoppers {
		signedOn := httptest.NewRecorder()
		must(t, sessions.SignOn(signedOn, fmt.Sprintf("shopper%02d", i+1)))
		s.cookies = append(s.cookies, signedOn.Result().Cookies()...)
	}
	s.url = serve(t, order.NewController(orders, sessions))
	run(t, orders)
	s.stock, err = sql.Open("sqlite", "file:"+file("catalog.db")+"?_pragma=busy_timeout(10000)")
	must(t, err)
	t.Cleanup(func() { _ = s.stock.Close() })
	s.books, err = audit.Open(file("order.db"), file("catalog.db"))
	must(t, err)
	t.Cleanup(func() { _ = s.books.Close() })
	return s
}

func serve(t *testing.T, h http.Handler) string {
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// run works on orders until the test ends.
func run(t *testing.T, orders *order.OrderService) {
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- orders.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
	})
}

// deliver makes the stock of an item what it is to be.
func (s *shop) deliver(t *testing.T, item string, quantity int64) {
	t.Helper()
	_, err := s.stock.ExecContext(t.Context(), `update inventory set quantity = ? where item = ?`, quantity, item)
	must(t, err)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
