package sqlite_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

func TestLedger(t *testing.T) {
	conformance.TestLedger(t, func(t testing.TB) conformance.Participant {
		return newShelf(t, filepath.Join(t.TempDir(), "shelf.db"))
	})
}

// shelf is a service's own file with a stock of things. Its connections compete for the file's lock.
type shelf struct {
	*mail
	path string
}

func newShelf(t testing.TB, path string) shelf {
	t.Helper()
	m, err := openMail(t.Context(), path)
	must(t, err)
	t.Cleanup(m.close)
	m.write.SetMaxOpenConns(10)
	_, err = m.write.ExecContext(t.Context(), `create table if not exists stock (item text primary key, left integer not null check (left >= 0)) strict;
		insert into stock values ('cat', 100), ('dog', 100) on conflict do nothing`)
	must(t, err)
	return shelf{m, path}
}

// stock is a transaction as the suite wants it.
type stock struct {
	sqlite.Bound
	tx *sql.Tx
}

func stockOf(tx *sql.Tx) conformance.Stock { return stock{sqlite.Bind(tx), tx} }

func (s stock) exec(ctx context.Context, query string, args ...any) error {
	_, err := s.tx.ExecContext(ctx, query, args...)
	return err
}

func (s stock) Take(ctx context.Context, item string, n int) error {
	return s.exec(ctx, `update stock set left = left - ? where item = ?`, n, item)
}

func (s stock) End(ctx context.Context) error { return s.exec(ctx, `rollback`) }

func (s stock) Fill(ctx context.Context) error {
	return s.exec(ctx, `create trigger full before insert on saga_outbox begin select raise(abort, 'no room'); end`)
}

func operationOf[C any](m *mail, w conformance.Work[C]) participant.Operation {
	undo := func(ctx context.Context, tx *sql.Tx, key string, c C, reply string) error {
		return w.Undo(ctx, stockOf(tx), key, c, reply)
	}
	if w.Undo == nil {
		undo = nil
	}
	return sqlite.Operation(m, w.Name, func(ctx context.Context, tx *sql.Tx, key string, c C) (string, error) {
		return w.Do(ctx, stockOf(tx), key, c)
	}, undo)
}

func (s shelf) Operation(w conformance.Work[conformance.Pick]) participant.Operation {
	return operationOf(s.mail, w)
}

func (s shelf) Later(w conformance.Work[conformance.LaterPick]) participant.Operation {
	return operationOf(s.mail, w)
}

func (s shelf) Func(fn func(context.Context, conformance.Stock, *conformance.Basket, saga.Attempt) error) saga.Func[conformance.Basket] {
	return sqlite.Func(s.mail, func(ctx context.Context, tx *sql.Tx, b *conformance.Basket, a saga.Attempt) error {
		return fn(ctx, stockOf(tx), b, a)
	})
}

func (s shelf) Change(ctx context.Context, fn func(context.Context, conformance.Stock) error) error {
	return s.mail.Change(ctx, func(ctx context.Context, tx *sql.Tx) error { return fn(ctx, stockOf(tx)) })
}

func (s shelf) Left(ctx context.Context) (left conformance.Left, err error) {
	err = s.read.QueryRowContext(ctx, `select (select left from stock where item = 'cat'),
		(select left from stock where item = 'dog'), (select count(*) from saga_ledger)`).Scan(&left.Cats, &left.Dogs, &left.Entries)
	return left, err
}

func (s shelf) Rows(ctx context.Context, limit int) ([]message.Row, error) {
	return s.queue.Rows(ctx, limit)
}

func (s shelf) Again(t testing.TB) conformance.Participant { return newShelf(t, s.path) }

// An operation is two functions over the service's own transaction; the ledger comes along.
func ExampleOperation() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "shelf")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(folder, "shelf.db"))
	if err != nil {
		panic(err)
	}
	defer db.Close()
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table cats (left integer not null check (left >= 0)); insert into cats values (20)`)
		return err
	})
	if err != nil {
		panic(err)
	}

	op := sqlite.Operation(db, "pick",
		func(ctx context.Context, tx *sql.Tx, _ string, n int) (left int, err error) {
			err = tx.QueryRowContext(ctx, `update cats set left = left - ? returning left`, n).Scan(&left)
			if err != nil {
				return 0, &participant.Refusal{Code: "sold-out", Detail: "Ask for less."}
			}
			return left, nil
		},
		func(ctx context.Context, tx *sql.Tx, _ string, n, _ int) error {
			_, err := tx.ExecContext(ctx, `update cats set left = left + ?`, n)
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
