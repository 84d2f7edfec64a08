package reference_test

import (
	"context"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
	"github.com/seosa-dev/saga/sqlite"
)

// survives explores every single fault on a real database, of the sagas that wait, and of those with
// groups and expectations.
func survives(t *testing.T, store func() saga.Store) {
	t.Run("replied", func(t *testing.T) { everySingle(t, store, reference.Replied) })
	t.Run("timed", func(t *testing.T) { everySingle(t, store, reference.Timed) })
	t.Run("ahead", func(t *testing.T) { everySingle(t, store, reference.Ahead) })
	t.Run("grouped", func(t *testing.T) { everySingle(t, store, reference.Grouped) })
	t.Run("followed", func(t *testing.T) { everySingle(t, store, reference.Followed) })
}

func everySingle[S any](t *testing.T, store func() saga.Store, build func(*sagatest.World) sagatest.Case[S]) {
	report := sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: -1, Store: store}, build)
	if !report.Complete {
		t.Errorf("not every single fault was tried:\n%v", report)
	}
}

func TestWhatWaitsSurvivesOnSQLite(t *testing.T) { survives(t, onSQLite(t)) }

func TestWhatWaitsSurvivesOnPostgreSQL(t *testing.T) { survives(t, onPostgreSQL(t)) }

// onSQLite opens a file of its own each time.
func onSQLite(t *testing.T) func() saga.Store {
	dir := t.TempDir()
	var files atomic.Int64
	return func() saga.Store {
		store, err := sqlite.Open(context.Background(), filepath.Join(dir, strconv.FormatInt(files.Add(1), 10)))
		if err != nil {
			t.Error(err)
		}
		return store
	}
}

// lent is a store that stays open: whoever closes it empties its tables for the next.
type lent struct {
	*postgres.Store
	conn *pgx.Conn
	free chan<- *lent
	t    *testing.T
}

// onPostgreSQL lends one of two stores, each of which has a schema of its own.
func onPostgreSQL(t *testing.T) func() saga.Store {
	free := make(chan *lent, 2)
	for range cap(free) {
		free <- newLent(t, free)
	}
	return func() saga.Store { return <-free }
}

func newLent(t *testing.T, free chan<- *lent) *lent {
	url := pgtest.URL(t)
	_, err := postgres.Migrate(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	l := &lent{free: free, t: t}
	if l.Store, err = postgres.Open(t.Context(), url, nil); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Store.Close() })
	if l.conn, err = pgx.Connect(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.conn.Close(context.Background()) })
	return l
}

// Close empties the tables, but for the one that says which migrations ran.
func (l *lent) Close() error {
	const all = `do $$ declare one text; begin
		for one in select quote_ident(relname) from pg_class where relnamespace = current_schema()::regnamespace
			and relkind in ('r', 'p') and not relispartition and relname not like '%version%' and relname not like '%migration%' loop
			execute 'delete from ' || one;
		end loop;
	end $$`
	if _, err := l.conn.Exec(context.Background(), all); err != nil {
		l.t.Error(err)
	}
	l.free <- l
	return nil
}
