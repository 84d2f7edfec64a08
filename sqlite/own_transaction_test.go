package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/sqlite"
)

// Refund is the state of the sagas here.
type Refund struct{ Order string }

func TestOwnTransaction(t *testing.T) {
	conformance.TestOwnTransaction(t, func(t testing.TB) conformance.Office { return desks{newOffice(t)} })
}

// desks is an office as the suite wants it.
type desks struct{ *office }

func (d desks) Store(testing.TB) saga.Store { return file{d.store, d.path} }

func (d desks) Change(ctx context.Context, fn func(context.Context, conformance.Desk) error) error {
	return d.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error { return fn(ctx, desk{sqlite.Bind(tx), tx}) })
}

func (d desks) Func(fn func(context.Context, conformance.Desk, *conformance.Refund, saga.Attempt) error) saga.Func[conformance.Refund] {
	return sqlite.Func(d.db, func(ctx context.Context, tx *sql.Tx, r *conformance.Refund, a saga.Attempt) error {
		return fn(ctx, desk{sqlite.Bind(tx), tx}, r, a)
	})
}

func (d desks) Orders(ctx context.Context) (n int, err error) {
	err = d.db.Read.QueryRowContext(ctx, `select count(*) from orders`).Scan(&n)
	return n, err
}

// desk is a transaction as the suite wants it.
type desk struct {
	sqlite.Bound
	tx *sql.Tx
}

func (d desk) Order(ctx context.Context, id string) error {
	_, err := d.tx.ExecContext(ctx, `insert into orders (id) values (?)`, id)
	return err
}

func (d desk) Cancel(ctx context.Context, id string) error {
	_, err := d.tx.ExecContext(ctx, `delete from orders where id = ?`, id)
	return err
}

// office is a service with a database of its own and the sagas in the same file.
type office struct {
	path  string
	db    *sqlite.DB
	store *sqlite.Store

	mu    sync.Mutex
	paid  map[string]int
	begun map[string]time.Time // when the step was called
}

func refund(o *office) saga.Definition[Refund] {
	return saga.Definition[Refund]{Name: "refund", Version: 1, Steps: []saga.Step[Refund]{{
		Name: "pay back", Kind: saga.Pivot, Replayable: true,
		Action: func(_ context.Context, r *Refund, a saga.Attempt) error {
			o.mu.Lock()
			defer o.mu.Unlock()
			o.paid[a.Key.Instance]++
			o.begun[a.Key.Instance] = time.Now()
			return nil
		},
	}}}
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{path: filepath.Join(t.TempDir(), "office.db"), paid: map[string]int{}, begun: map[string]time.Time{}}
	var err error
	o.store, err = sqlite.Open(t.Context(), o.path)
	must(t, err)
	t.Cleanup(func() { o.store.Close() })
	o.db, err = sqlite.OpenDatabase(t.Context(), o.path)
	must(t, err)
	t.Cleanup(func() { o.db.Close() })
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table orders (id text primary key)`)
		return err
	}))
	return o
}

// run runs an engine until the test ends.
func (o *office) run(t testing.TB, definitions ...saga.AnyDefinition) *saga.Engine {
	t.Helper()
	engine, err := saga.New(o.store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, definitions...)
	must(t, err)
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		must(t, <-ended)
	})
	return engine
}

// order takes an order and starts its refund in one transaction.
func (o *office) order(ctx context.Context, id string, then error) (in saga.Instance, err error) {
	err = o.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `insert into orders (id) values (?)`, id); err != nil {
			return err
		}
		in, err = refund(o).Start(ctx, sqlite.Bind(tx), id, Refund{Order: id})
		return errors.Join(err, then)
	})
	return in, err
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestAStartWithoutTablesSaysSo(t *testing.T) {
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "other.db"))
	must(t, err)
	defer db.Close()
	o := &office{db: db}
	err = db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := refund(o).Start(ctx, sqlite.Bind(tx), "a", Refund{})
		return err
	})
	if err == nil || !strings.Contains(err.Error(), "open a Store on it once") {
		t.Errorf("got %v", err)
	}
}

// An engine and transactions start the same ids while others are rolled back; each id that anybody was
// told of is paid once.
func TestTransactionsAndAnEngineStartTheSame(t *testing.T) {
	const rounds = 150
	o := newOffice(t)
	engine := o.run(t, refund(o))
	d := refund(o)
	for round := range rounds {
		id := fmt.Sprint("o-", round)
		var both sync.WaitGroup
		both.Go(func() {
			<-time.After(rand.N(3 * time.Millisecond))
			if _, err := d.Start(t.Context(), engine, id, Refund{Order: id}); err != nil {
				t.Error(err)
			}
		})
		both.Go(func() {
			<-time.After(rand.N(3 * time.Millisecond))
			then := error(nil)
			if round%3 == 0 {
				then = errors.New("never mind")
			}
			if _, err := o.order(t.Context(), id, then); err != nil && then == nil {
				t.Error(err)
			}
			engine.Wake()
		})
		both.Wait()
		_, err := d.Wait(t.Context(), engine, id)
		must(t, err)
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	for round := range rounds {
		if n := o.paid[fmt.Sprint("o-", round)]; n != 1 {
			t.Errorf("order %d was paid back %d times", round, n)
		}
	}
}

// A start on an engine inside a transaction on the same file waits for that transaction. With the ctx of
// Change it ends with an error, and by itself the engine goes on as if nothing had been.
func TestAnEnginesStartInsideATransactionIsBounded(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, refund(o))
	d := refund(o)
	_, err := d.Start(t.Context(), engine, "warm", Refund{})
	must(t, err)
	err = o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		if _, err := d.Start(ctx, sqlite.Bind(tx), "inner", Refund{}); err != nil {
			return err
		}
		if _, err := d.Wait(ctx, engine, "inner"); !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("waiting for what is not committed: %v, want ErrNotFound", err)
		}
		ctx, cancel := context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
		if _, err := d.Start(ctx, engine, "outer", Refund{}); !errors.Is(err, saga.Unknown) || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("a start that waits for its own transaction: %v, want Unknown and the end of ctx", err)
		}
		return nil
	})
	must(t, err)
	for _, id := range []string{"inner", "outer"} {
		engine.Wake()
		_, err := d.Wait(t.Context(), engine, id)
		if id == "outer" && errors.Is(err, saga.ErrNotFound) {
			continue // its append may not have come yet
		}
		must(t, err)
	}
}
