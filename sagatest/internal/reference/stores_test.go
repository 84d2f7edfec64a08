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

func TestWhatWaitsSurvivesOnSQLite(t *testing.T) {
	dir := t.TempDir()
	var files atomic.Int64
	survives(t, func() saga.Store {
		store, err := sqlite.Open(context.Background(), filepath.Join(dir, strconv.FormatInt(files.Add(1), 10)))
		if err != nil {
			t.Error(err)
		}
		return store
	})
}

// lent is a store in one of a few schemas, which is emptied for the next.
type lent struct {
	*postgres.Store
	url  string
	free chan<- string
	t    *testing.T
}

func TestWhatWaitsSurvivesOnPostgreSQL(t *testing.T) {
	free := make(chan string, 2)
	for range cap(free) {
		url := pgtest.URL(t)
		if _, err := postgres.Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
		free <- url
	}
	survives(t, func() saga.Store {
		url := <-free
		store, err := postgres.Open(context.Background(), url, nil)
		if err != nil {
			t.Error(err)
		}
		return &lent{store, url, free, t}
	})
}

// Close empties the tables, but for the one that says which migrations ran.
func (l *lent) Close() error {
	err := l.Store.Close()
	empty(l.t, l.url)
	l.free <- l.url
	return err
}

func empty(t *testing.T, url string) {
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(ctx)
	const all = `do $$ declare one text; begin
		for one in select quote_ident(relname) from pg_class where relnamespace = current_schema()::regnamespace
			and relkind in ('r', 'p') and not relispartition and relname not like '%version%' and relname not like '%migration%' loop
			execute 'truncate ' || one;
		end loop;
	end $$`
	if _, err := conn.Exec(ctx, all); err != nil {
		t.Error(err)
	}
}
