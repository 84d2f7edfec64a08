package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/postgres"
)

// Refund is the state of the sagas here.
type Refund struct{ Order string }

func TestOwnTransaction(t *testing.T) {
	conformance.TestOwnTransaction(t, func(t testing.TB) conformance.Office {
		o := newOffice(t)
		must(t, postgres.Prepare(t.Context(), o.pool))
		return desks{o}
	})
}

// desks is an office as the suite wants it.
type desks struct{ *office }

func (d desks) Store(t testing.TB) saga.Store { return open(t, d.url) }

func (d desks) Change(ctx context.Context, fn func(context.Context, conformance.Desk) error) error {
	return pgx.BeginFunc(ctx, d.pool, func(tx pgx.Tx) error { return fn(ctx, desk{postgres.Bind(tx), tx}) })
}

func (d desks) Func(fn func(context.Context, conformance.Desk, *conformance.Refund, saga.Attempt) error) saga.Func[conformance.Refund] {
	return postgres.Func(d.pool, func(ctx context.Context, tx pgx.Tx, r *conformance.Refund, a saga.Attempt) error {
		return fn(ctx, desk{postgres.Bind(tx), tx}, r, a)
	})
}

func (d desks) Orders(ctx context.Context) (n int, err error) {
	err = d.pool.QueryRow(ctx, `select count(*) from orders`).Scan(&n)
	return n, err
}

// desk is a transaction as the suite wants it.
type desk struct {
	postgres.Bound
	tx pgx.Tx
}

func (d desk) Order(ctx context.Context, id string) error {
	_, err := d.tx.Exec(ctx, `insert into orders (id) values ($1)`, id)
	return err
}

func (d desk) Cancel(ctx context.Context, id string) error {
	_, err := d.tx.Exec(ctx, `delete from orders where id = $1`, id)
	return err
}

// office is a service whose tables lie beside those of its sagas.
type office struct {
	url  string
	pool *pgxpool.Pool

	mu    sync.Mutex
	paid  map[string]int
	begun map[string]time.Time // when the step was called
}

func newOffice(t testing.TB) *office {
	t.Helper()
	o := &office{url: migrated(t), paid: map[string]int{}, begun: map[string]time.Time{}}
	exec(t, o.url, `create table orders (id text primary key)`)
	var err error
	o.pool, err = pgxpool.New(t.Context(), o.url)
	must(t, err)
	t.Cleanup(o.pool.Close)
	return o
}

func (o *office) refund() saga.Definition[Refund] {
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

// run runs an engine over connections of its own until the test ends.
func (o *office) run(t testing.TB, definitions ...saga.AnyDefinition) *saga.Engine {
	t.Helper()
	engine, err := saga.New(open(t, o.url), &saga.Config{Logger: slog.New(slog.DiscardHandler)}, definitions...)
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

func (o *office) begin(t testing.TB) pgx.Tx {
	t.Helper()
	tx, err := o.pool.Begin(t.Context())
	must(t, err)
	t.Cleanup(func() { tx.Rollback(context.Background()) }) // does nothing after a commit
	return tx
}

// order takes an order and starts its refund in one transaction, unless the order is there.
func (o *office) order(ctx context.Context, id string) error {
	return pgx.BeginFunc(ctx, o.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `insert into orders (id) values ($1) on conflict do nothing`, id); err != nil {
			return err
		}
		_, err := o.refund().Start(ctx, postgres.Bind(tx), id, Refund{Order: id})
		return err
	})
}

// once wants these to be completed, and to have been paid once.
func (o *office) once(t testing.TB, engine *saga.Engine, ids ...string) {
	t.Helper()
	for _, id := range ids {
		_, err := o.refund().Wait(t.Context(), engine, id)
		must(t, err)
		o.mu.Lock()
		if o.paid[id] != 1 {
			t.Errorf("%s was paid back %d times", id, o.paid[id])
		}
		o.mu.Unlock()
	}
}

// Whoever listens hears of a commit, from a service whose first schema is not that of the sagas, and of
// nothing else.
func TestACommitIsHeardAtOnce(t *testing.T) {
	o := newOffice(t)
	heard := make(chan struct{}, 100)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	go open(t, o.url).Wake(ctx, func() { heard <- struct{}{} })
	<-heard // it listens
	schema := ask[string](t, admin(t, o.url), `select current_schema()`)
	for _, do := range []func(b postgres.Bound) error{
		func(b postgres.Bound) error {
			_, err := o.refund().Start(t.Context(), b, "a", Refund{})
			return err
		},
		func(b postgres.Bound) error {
			return b.Deliver(t.Context(), saga.Reply{Key: saga.Key{Instance: "a", Step: "ask"}, Outcome: saga.Succeeded})
		},
	} {
		for _, commit := range []bool{false, true} {
			tx := o.begin(t)
			_, err := tx.Exec(t.Context(), `create schema "the service's"`)
			must(t, err)
			_, err = tx.Exec(t.Context(), `set local search_path = "the service's", `+pgx.Identifier{schema}.Sanitize())
			must(t, err)
			must(t, do(postgres.Bind(tx)))
			_, err = tx.Exec(t.Context(), `drop schema "the service's"`)
			must(t, err)
			if !commit {
				must(t, tx.Rollback(t.Context()))
				continue
			}
			must(t, tx.Commit(t.Context()))
			select {
			case <-heard:
			case <-time.After(10 * time.Second):
				t.Error("nobody heard of the commit")
			}
		}
	}
	if len(heard) > 0 {
		t.Errorf("woken %d times more than there were commits", len(heard))
	}
}

// An engine that starts an id which an open transaction has started is held up for moments only, and
// only that start is told so. A second transaction is told, and a start inside the first ends.
func TestAnOpenTransactionHoldsItsKeyOnly(t *testing.T) {
	o := newOffice(t)
	d, engine := o.refund(), o.run(t, o.refund())
	tx := o.begin(t)
	_, err := d.Start(t.Context(), postgres.Bind(tx), "held", Refund{Order: "held"})
	must(t, err)
	if _, err := d.Wait(t.Context(), engine, "held"); !errors.Is(err, saga.ErrNotFound) {
		t.Errorf("waiting for what is not committed: %v, want ErrNotFound", err)
	}
	var all sync.WaitGroup
	all.Go(func() { // like a mistaken start inside the transaction
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := d.Start(ctx, engine, "held", Refund{Order: "held"}); !errors.Is(err, saga.NotDone) {
			t.Errorf("an engine's start of a held id: %v, want NotDone", err)
		}
	})
	second := o.begin(t)
	all.Go(func() {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := d.Start(ctx, postgres.Bind(second), "held", Refund{Order: "held"}); !errors.Is(err, saga.NotDone) {
			t.Errorf("another transaction's start of a held id: %v, want NotDone", err)
		}
	})
	for i := range 100 { // meanwhile
		id := fmt.Sprint("other ", i)
		all.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			if _, err := d.Start(ctx, engine, id, Refund{Order: id}); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	_, err = d.Start(t.Context(), postgres.Bind(second), "free", Refund{Order: "free"})
	must(t, err) // the second one is as usable as before
	must(t, second.Commit(t.Context()))
	must(t, tx.Commit(t.Context()))
	if in, err := d.Start(t.Context(), engine, "held", Refund{Order: "held"}); err != nil || in.ID != "held" {
		t.Errorf("after the commit: %+v, %v", in, err)
	}
	o.once(t, engine, "held", "free", "other 7")
}

// A node whose append met a held key can be sealed, and what it left out counts for nothing.
func TestAHeldKeyHoldsUpNoSeal(t *testing.T) {
	o := newOffice(t)
	store := open(t, o.url)
	tx := o.begin(t)
	_, err := o.refund().Start(t.Context(), postgres.Bind(tx), "held", Refund{})
	must(t, err)
	must(t, store.Journal().Join(t.Context(), "n", 0))
	for _, a := range []saga.Append{
		{Node: "n", Position: 1, Starts: []saga.StartKey{{ID: "held", Definition: "refund"}}},
		{Node: "n", Position: 2, Starts: []saga.StartKey{{ID: "free", Definition: "refund"}, {ID: "held", Definition: "refund"}}},
	} {
		for range 2 { // the second is a repeat of one whose answer was lost
			taken, err := store.Journal().Append(t.Context(), a)
			if err != nil || fmt.Sprint(taken) != "[held]" {
				t.Errorf("append at %d: taken %q, error %v", a.Position, taken, err)
			}
		}
	}
	must(t, store.Journal().Seal(t.Context(), "n"))
	must(t, tx.Rollback(t.Context()))
	taken, err := store.Journal().Append(t.Context(), saga.Append{Node: "n", Position: 1, Starts: []saga.StartKey{{ID: "held", Definition: "refund"}}})
	if err != nil || fmt.Sprint(taken) != "[held]" {
		t.Errorf("a repeat after the rollback: taken %q, error %v; it was told otherwise before", taken, err)
	}
}

// Two engines and transactions start the same ids, several at a time and in different orders, and some
// are rolled back. Nobody waits in a circle, and every id that somebody was told of is paid once.
func TestTransactionsAndEnginesStartTheSame(t *testing.T) {
	const rounds, each = 120, 3
	o := newOffice(t)
	engines := []*saga.Engine{o.run(t, o.refund()), o.run(t, o.refund())}
	d := o.refund()
	seen := map[string]int{}
	for round := range rounds {
		id := func(i int) string { return fmt.Sprintf("o-%03d-%d", round, i) }
		var mu sync.Mutex
		var all sync.WaitGroup
		for i := range each {
			all.Go(func() {
				<-time.After(rand.N(4 * time.Millisecond))
				_, err := d.Start(t.Context(), engines[(round+i)%2], id(i), Refund{Order: id(i)})
				if err != nil && !errors.Is(err, saga.NotDone) {
					t.Errorf("an engine's start: %v", err)
				}
			})
		}
		for who := range 2 {
			all.Go(func() {
				<-time.After(rand.N(4 * time.Millisecond))
				tx := o.begin(t)
				for i := range each {
					if who == 1 && round%20 == 0 {
						i = each - 1 - i
					}
					_, err := d.Start(t.Context(), postgres.Bind(tx), id(i), Refund{Order: id(i)})
					if err != nil { // the two hold what the other wants
						mu.Lock()
						seen["held"]++
						mu.Unlock()
						if !errors.Is(err, saga.NotDone) {
							t.Errorf("a transaction's start: %v", err)
						}
						must(t, tx.Rollback(t.Context()))
						return
					}
					<-time.After(rand.N(time.Millisecond))
				}
				if rand.IntN(3) == 0 {
					must(t, tx.Rollback(t.Context()))
					return
				}
				must(t, tx.Commit(t.Context()))
				mu.Lock()
				defer mu.Unlock()
				seen["committed"]++
			})
		}
		all.Wait()
		for i := range each {
			_, err := d.Start(t.Context(), engines[i%2], id(i), Refund{Order: id(i)})
			must(t, err)
			o.once(t, engines[i%2], id(i))
		}
	}
	if n := ask[int](t, admin(t, o.url), `select count(*) from saga_key where node = ''`); n == 0 || n == rounds*each {
		t.Errorf("of %d ids %d were started by transactions, which proves nothing", rounds*each, n)
	}
	t.Log(seen)
}

// The client goes away in the middle of its commit. It cannot know, so it does all again; whatever
// became of the first try, there is one instance.
func TestACommitWithoutAnAnswerIsRepeated(t *testing.T) {
	o := newOffice(t)
	engine := o.run(t, o.refund())
	var landed int
	for round := range 60 {
		id := fmt.Sprint("o-", round)
		ctx, cancel := context.WithTimeout(t.Context(), time.Duration(rand.IntN(6_000))*time.Microsecond)
		err := o.order(ctx, id)
		cancel()
		if err != nil && ask[bool](t, admin(t, o.url), `select exists (select 1 from saga_key where id = $1)`, id) {
			landed++
		}
		orders, keys := ask[int](t, admin(t, o.url), `select count(*) from orders`), ask[int](t, admin(t, o.url), `select count(*) from saga_key`)
		if orders < round || keys < round || orders > round+1 || keys > round+1 {
			t.Fatalf("%d orders and %d keys after %d rounds", orders, keys, round)
		}
		must(t, o.order(t.Context(), id))
		o.once(t, engine, id)
	}
	t.Logf("%d commits landed without an answer", landed)
}

// Under a stricter isolation a start that lost a race is an error of the server's, and no second instance.
func TestAStartUnderAStricterIsolation(t *testing.T) {
	o := newOffice(t)
	tx, err := o.pool.BeginTx(t.Context(), pgx.TxOptions{IsoLevel: pgx.RepeatableRead})
	must(t, err)
	defer tx.Rollback(t.Context())
	_, err = tx.Exec(t.Context(), `select count(*) from orders`) // what it sees is settled
	must(t, err)
	must(t, o.order(t.Context(), "o-1"))
	b := postgres.Bind(tx)
	if _, err := o.refund().Start(t.Context(), b, "o-1", Refund{Order: "o-1"}); err == nil || !strings.Contains(err.Error(), "40001") {
		t.Errorf("got %v, want a serialization failure", err)
	}
	must(t, tx.Rollback(t.Context()))
	must(t, o.order(t.Context(), "o-1"))
	o.once(t, o.run(t, o.refund()), "o-1")
}

func TestAStartWhereNoTablesAreSaysSo(t *testing.T) {
	o := newOffice(t)
	tx := o.begin(t)
	_, err := tx.Exec(t.Context(), `set local search_path = pg_catalog`)
	must(t, err)
	_, err = o.refund().Start(t.Context(), postgres.Bind(tx), "a", Refund{})
	if err == nil || !strings.Contains(err.Error(), "search_path") {
		t.Errorf("got %v", err)
	}
}
