package postgres_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

func localTables(t *testing.T, pool *pgxpool.Pool) []string {
	t.Helper()
	rows, err := pool.Query(t.Context(), `select tablename from pg_tables where schemaname = current_schema() order by 1`)
	must(t, err)
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	return names
}

func TestPrepareMakesTheTablesOnce(t *testing.T) {
	t.Parallel()
	pool := poolOf(t, pgtest.URL(t))
	_, err := pool.Exec(t.Context(), `create table goose_db_version (mine text)`)
	must(t, err)
	var several sync.WaitGroup
	for range 3 {
		several.Go(func() {
			if err := postgres.Prepare(t.Context(), pool); err != nil {
				t.Error(err)
			}
		})
	}
	several.Wait()
	must(t, postgres.Prepare(t.Context(), pool))
	names := localTables(t, pool)
	for _, want := range []string{"saga_outbox", "saga_inbox", "saga_ledger", "saga_local_migrations"} {
		if !slices.Contains(names, want) {
			t.Errorf("there is no table %s in %q", want, names)
		}
	}
	if others := slices.DeleteFunc(names, func(n string) bool { return strings.HasPrefix(n, "saga_") }); len(others) != 1 {
		t.Errorf("tables %q have names that may be the service's, want its own one only", others)
	}
}

func TestPrepareBesideAStore(t *testing.T) {
	t.Parallel()
	url := migrated(t)
	pool := poolOf(t, url)
	must(t, postgres.Prepare(t.Context(), pool))
	must(t, open(t, url).Journal().Join(t.Context(), "a", 0))
	_, err := postgres.Migrate(t.Context(), url)
	must(t, err)
	must(t, postgres.Prepare(t.Context(), pool))
}

func TestPrepareRefusesTablesOfALaterVersion(t *testing.T) {
	t.Parallel()
	pool := poolOf(t, pgtest.URL(t))
	must(t, postgres.Prepare(t.Context(), pool))
	for _, query := range []string{
		`insert into saga_local_migrations (version_id, is_applied) values (99, true)`, `drop table saga_inbox`,
	} {
		_, err := pool.Exec(t.Context(), query)
		must(t, err)
	}
	before := localTables(t, pool)
	if err := postgres.Prepare(t.Context(), pool); !errors.Is(err, saga.ErrFormat) {
		t.Errorf("the error is %v", err)
	}
	if after := localTables(t, pool); !slices.Equal(before, after) {
		t.Errorf("the tables were %q and are %q", before, after)
	}
}

func TestWithoutPrepareErrorsSayWhatToDo(t *testing.T) {
	t.Parallel()
	pool := poolOf(t, pgtest.URL(t))
	_, err := postgres.NewQueue(pool).Rows(t.Context(), 1)
	says(t, err, "call Prepare first")
	err = pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		_, err := postgres.Bind(tx).Entry(t.Context(), "k")
		return err
	})
	says(t, err, "call Prepare first")
	conf := pool.Config()
	conf.ConnConfig.RuntimeParams["search_path"] = "nowhere"
	other, err := pgxpool.NewWithConfig(context.Background(), conf)
	must(t, err)
	defer other.Close()
	err = postgres.Prepare(t.Context(), other)
	says(t, err, "search_path")
	if !errors.Is(err, saga.ErrInvalid) {
		t.Errorf("the error is %v", err)
	}
}
