package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"net/http"
	"net/url"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// faults stands where networks and databases fail: between the services, and at the order file.
type faults struct {
	set *fault.Faults
	db  *sql.DB // the order service's file, for the trigger that refuses rows
}

func newFaults(logger *slog.Logger) *faults {
	return &faults{set: fault.New(&fault.Config{Logger: logger})}
}

// around watches the calls of the order service to the catalog.
func (f *faults) around(items http.Handler) http.Handler { return f.set.HTTP(place, keyOf, items) }

func place(r *http.Request) string {
	switch r.Method + " " + r.URL.Path {
	case "POST /catalog/stock/decrement":
		return scenario.Decrement
	case "POST /catalog/stock/decrement/fence":
		return scenario.Check
	}
	return ""
}

func keyOf(r *http.Request) string { return r.Header.Get("Idempotency-Key") }

func (f *faults) publisher(p message.Publisher) message.Publisher {
	return f.set.Publisher(scenario.Compensation, p)
}

// watchOrders lets the order service's database refuse orders.
func (f *faults) watchOrders(ctx context.Context, path string) (err error) {
	file := "file:" + (&url.URL{Path: path}).EscapedPath() + "?_pragma=busy_timeout(10000)"
	if f.db, err = sql.Open("sqlite", file); err != nil {
		return err
	}
	return f.set.Rejects(ctx, scenario.Insert, f.db, "orders")
}

// close leaves nothing behind that goes wrong.
func (f *faults) close() error {
	if f.db == nil {
		return nil
	}
	return errors.Join(f.set.Clear(), f.db.Close())
}

// withoutFaults takes away what a run that was killed may have left in the file.
func withoutFaults(ctx context.Context, path string, logger *slog.Logger) error {
	f := newFaults(logger)
	return errors.Join(f.watchOrders(ctx, path), f.close())
}
