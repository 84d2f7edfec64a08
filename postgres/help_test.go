package postgres_test

import (
	"context"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// admin is a connection beside the stores.
func admin(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec(t testing.TB, url, query string, args ...any) {
	t.Helper()
	if _, err := admin(t, url).Exec(t.Context(), query, args...); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
}

func ask[T any](t testing.TB, conn *pgx.Conn, query string, args ...any) (value T) {
	t.Helper()
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&value); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return value
}

// eventually waits for something that another process does.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	ticks := time.NewTicker(5 * time.Millisecond)
	defer ticks.Stop()
	late := time.After(30 * time.Second)
	for !is() {
		select {
		case <-ticks.C:
		case <-late:
			t.Fatalf("after 30 seconds: not %s", what)
		}
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// says wants an error that mentions each of these.
func says(t testing.TB, err error, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if err == nil || !strings.Contains(err.Error(), text) {
			t.Errorf("got error %v, want one that says %q", err, text)
		}
	}
}

// logged collects what a store logs.
type logged struct {
	mu   sync.Mutex
	text strings.Builder
}

func (l *logged) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(b)
}

func (l *logged) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

// openLogging opens a store and returns its log.
func openLogging(t testing.TB, url string) (*postgres.Store, *logged) {
	t.Helper()
	log := &logged{}
	store, err := postgres.Open(t.Context(), url, &postgres.Config{Logger: slog.New(slog.NewTextHandler(log, nil))})
	must(t, err)
	t.Cleanup(func() { store.Close() })
	return store, log
}

// with adds a setting to a URL.
func with(url, setting string) string { return url + "&" + setting }

func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

// due is a live row that nobody owns and that was due at noon.
func due(id string) saga.Row {
	return saga.Row{ID: id, Definition: "order", Version: 1, Status: saga.Running, Live: true,
		Due: noon(), Started: noon(), Updated: noon(), Since: noon(), Step: "pay", Data: []byte("data")}
}

// rows stores rows by a node of its own.
func rows(t testing.TB, store saga.Store, node string, rows ...saga.Row) {
	t.Helper()
	must(t, store.Journal().Join(t.Context(), node, 0))
	_, err := store.Journal().Append(t.Context(), saga.Append{Node: node, Position: 1})
	must(t, err)
	must(t, store.Journal().Checkpoint(t.Context(), saga.Checkpoint{Node: node, To: 1, Rows: rows}))
}

// drained joins a node, lets it own rows, and brings it to its end without them.
func drained(t testing.TB, store saga.Store, node string, held ...saga.Row) {
	t.Helper()
	for i := range held {
		held[i].Owner = node
	}
	rows(t, store, node, held...)
	must(t, store.Journal().Seal(t.Context(), node))
	must(t, store.Journal().Checkpoint(t.Context(), saga.Checkpoint{Node: node, From: 1, To: 1, Drain: true}))
}

// starts are sorted start keys with these numbers.
func starts(from, to int) (keys []saga.StartKey) {
	for i := from; i < to; i++ {
		keys = append(keys, saga.StartKey{ID: fmt.Sprintf("%06d", i), Definition: "order", Hash: []byte{byte(i)}})
	}
	return keys
}

func state(t testing.TB, store saga.Store, node string) (found saga.NodeState, there bool) {
	t.Helper()
	nodes, err := store.Instances().Nodes(t.Context())
	must(t, err)
	for _, n := range nodes {
		if n.ID == node {
			return n, true
		}
	}
	return found, false
}

// contextAfter is for cleanups, which run when the test's own context has ended.
func contextAfter(t testing.TB) context.Context {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func adminAfter(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(contextAfter(t), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

// example is a test to the helpers of this package and to pgtest, for an example that stands among tests.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()                   {}
func (e *example) Name() string              { return "Example" }
func (e *example) Context() context.Context  { return context.Background() }
func (e *example) Cleanup(fn func())         { e.cleanups = append(e.cleanups, fn) }
func (e *example) Errorf(f string, a ...any) { log.Panicf(f, a...) }
func (e *example) Fatalf(f string, a ...any) { log.Panicf(f, a...) }

func (e *example) end() {
	for _, fn := range e.cleanups {
		fn()
	}
}
