package postgres_test

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
)

func TestLedger(t *testing.T) {
	conformance.TestLedger(t, func(t testing.TB) conformance.Participant { return newShelf(t, pgtest.URL(t)) })
}

// shelf is a service's own database with a stock of things.
type shelf struct {
	*mail
	url string
}

func newShelf(t testing.TB, url string) shelf {
	t.Helper()
	m := newMail(t, url)
	_, err := m.pool.Exec(t.Context(), `create table if not exists stock (item text primary key, "left" int not null check ("left" >= 0));
		insert into stock values ('cat', 100), ('dog', 100) on conflict do nothing`)
	must(t, err)
	return shelf{m, url}
}

// stock is a transaction as the suite wants it.
type stock struct {
	postgres.Bound
	tx pgx.Tx
}

func stockOf(tx pgx.Tx) conformance.Stock { return stock{postgres.Bind(tx), tx} }

func (s stock) exec(ctx context.Context, query string, args ...any) error {
	_, err := s.tx.Exec(ctx, query, args...)
	return err
}

func (s stock) Take(ctx context.Context, item string, n int) error {
	return s.exec(ctx, `update stock set "left" = "left" - $1 where item = $2`, n, item)
}

func (s stock) End(ctx context.Context) error { return s.exec(ctx, `rollback`) }

func (s stock) Fill(ctx context.Context) error {
	return s.exec(ctx, `create function full_now() returns trigger language plpgsql as $$ begin raise 'no room'; end $$;
		create trigger full_now before insert on saga_outbox for each statement execute function full_now()`)
}

func operationOf[C any](pool *pgxpool.Pool, w conformance.Work[C]) participant.Operation {
	undo := func(ctx context.Context, tx pgx.Tx, key string, c C, reply string) error {
		return w.Undo(ctx, stockOf(tx), key, c, reply)
	}
	if w.Undo == nil {
		undo = nil
	}
	return postgres.Operation(pool, w.Name, func(ctx context.Context, tx pgx.Tx, key string, c C) (string, error) {
		return w.Do(ctx, stockOf(tx), key, c)
	}, undo)
}

func (s shelf) Operation(w conformance.Work[conformance.Pick]) participant.Operation {
	return operationOf(s.pool, w)
}

func (s shelf) Later(w conformance.Work[conformance.LaterPick]) participant.Operation {
	return operationOf(s.pool, w)
}

func (s shelf) Func(fn func(context.Context, conformance.Stock, *conformance.Basket, saga.Attempt) error) saga.Func[conformance.Basket] {
	return postgres.Func(s.pool, func(ctx context.Context, tx pgx.Tx, b *conformance.Basket, a saga.Attempt) error {
		return fn(ctx, stockOf(tx), b, a)
	})
}

func (s shelf) Change(ctx context.Context, fn func(context.Context, conformance.Stock) error) error {
	return pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return fn(ctx, stockOf(tx)) })
}

func (s shelf) Left(ctx context.Context) (left conformance.Left, err error) {
	err = s.pool.QueryRow(ctx, `select (select "left" from stock where item = 'cat'),
		(select "left" from stock where item = 'dog'), (select count(*) from saga_ledger)`).Scan(&left.Cats, &left.Dogs, &left.Entries)
	return left, err
}

func (s shelf) Rows(ctx context.Context, limit int) ([]message.Row, error) {
	return s.queue.Rows(ctx, limit)
}

func (s shelf) Again(t testing.TB) conformance.Participant { return newShelf(t, s.url) }

// A probe waits until a do under way has ended, and one of another key waits for nobody.
func TestAProbeWaitsForADoUnderWay(t *testing.T) {
	t.Parallel()
	s := newShelf(t, pgtest.URL(t))
	inside, goOn := make(chan struct{}), make(chan struct{})
	op := postgres.Operation(s.pool, "pick", func(context.Context, pgx.Tx, string, int) (int, error) {
		close(inside)
		<-goOn
		return 0, nil
	}, nil)
	probe := func(key string, want participant.State) {
		if e, err := op.Probe(t.Context(), key); err != nil || e.State != want {
			t.Errorf("%s: got %+v, %v; want %s", key, e, err, want)
		}
	}
	var both sync.WaitGroup
	both.Go(func() {
		if e, err := op.Do(t.Context(), "k", json.RawMessage(`1`)); err != nil {
			t.Errorf("got %+v, %v", e, err)
		}
	})
	<-inside
	both.Go(func() { probe("k", participant.Applied) })
	eventually(t, "waiting for the lock", func() (waits bool) {
		must(t, s.pool.QueryRow(t.Context(), `select exists (select from pg_locks where locktype = 'advisory' and not granted
			and pid in (select pid from pg_stat_activity where application_name = $1))`, s.pool.Config().ConnConfig.RuntimeParams["application_name"]).Scan(&waits))
		return waits
	})
	probe("j", participant.None)
	close(goOn)
	both.Wait()
}

// An operation is two functions over the service's own transaction; the ledger comes along.
func ExampleOperation() {
	server := &example{}
	defer server.end()
	ctx := context.Background()
	pool := newMail(server, pgtest.URL(server)).pool // and the tables of Prepare
	_, err := pool.Exec(ctx, `create table cats (num int not null check (num >= 0)); insert into cats values (20)`)
	check(err)

	op := postgres.Operation(pool, "pick",
		func(ctx context.Context, tx pgx.Tx, _ string, n int) (left int, err error) {
			err = tx.QueryRow(ctx, `update cats set num = num - $1 returning num`, n).Scan(&left)
			if err != nil {
				return 0, &participant.Refusal{Code: "sold-out", Detail: "Ask for less."}
			}
			return left, nil
		},
		func(ctx context.Context, tx pgx.Tx, _ string, n, _ int) error {
			_, err := tx.Exec(ctx, `update cats set num = num + $1`, n)
			return err
		})
	for range 2 {
		e, err := op.Do(ctx, "a-1/pick", json.RawMessage(`2`))
		fmt.Println("do:", e.State, string(e.Reply), err)
	}
	e, err := op.Do(ctx, "a-2/pick", json.RawMessage(`21`))
	fmt.Println("do:", e.State, e.Refusal.Code, err)
	e, err = op.Undo(ctx, "a-1/pick")
	fmt.Println("undo:", e.State, err)
	// Output:
	// do: APPLIED 18 <nil>
	// do: APPLIED 18 <nil>
	// do: REFUSED sold-out <nil>
	// undo: REVERTED <nil>
}
