package postgres_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

func TestMigrationsAreShownBeforeAndAfter(t *testing.T) {
	url := pgtest.URL(t)
	before, err := postgres.Migrations(t.Context(), url)
	must(t, err)
	if n := ask[int](t, admin(t, url), `select count(*) from pg_tables where schemaname = current_schema()`); n != 0 || len(before) == 0 {
		t.Fatalf("%d migrations, and %d tables were made by looking", len(before), n)
	}
	done, err := postgres.Migrate(t.Context(), url)
	must(t, err)
	after, err := postgres.Migrations(t.Context(), url)
	must(t, err)
	if len(done) != len(before) || len(after) != len(before) {
		t.Fatalf("%d before, %d done, %d after", len(before), len(done), len(after))
	}
	for i, m := range after {
		if done[i].Took <= 0 {
			t.Errorf("migration %d took %v", m.Version, done[i].Took)
		}
		done[i].Took = 0
		age := time.Since(m.At)
		if !m.Applied || age < -time.Minute || age > time.Minute || before[i].Applied || !before[i].At.IsZero() || done[i] != m {
			t.Errorf("before %v %v, done %v, after %v %v", before[i].Applied, before[i].At, done[i].At, m.Applied, m.At)
		}
		if m.Name == "" || !strings.Contains(m.SQL, "saga_") || m.Version != int64(i+1) {
			t.Errorf("migration %d is %q with %d bytes", m.Version, m.Name, len(m.SQL))
		}
	}
	again, err := postgres.Migrate(t.Context(), url)
	if err != nil || len(again) != 0 {
		t.Errorf("a second time: %d were applied, error %v", len(again), err)
	}
}

func TestSeveralMigrateAtOnce(t *testing.T) {
	url := pgtest.URL(t)
	var applied atomic.Int64
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			done, err := postgres.Migrate(t.Context(), url)
			if err != nil {
				t.Error(err)
			}
			applied.Add(int64(len(done)))
		})
	}
	all.Wait()
	known, err := postgres.Migrations(t.Context(), url)
	if err != nil || applied.Load() != int64(len(known)) {
		t.Errorf("%d were applied of %d, error %v; want each once", applied.Load(), len(known), err)
	}
	open(t, url)
}

func TestOnlyTablesOfOursAreMade(t *testing.T) {
	names := ask[string](t, admin(t, migrated(t)), `select string_agg(tablename, ' ') from pg_tables
		where schemaname = current_schema() and tablename !~ '^saga_'
		having count(*) > 0 union all select '' limit 1`)
	if names != "" {
		t.Errorf("other tables: %s", names)
	}
}

func TestMigrationsOfALaterVersionAreShown(t *testing.T) {
	url := migrated(t)
	exec(t, url, `insert into saga_migrations (version_id, is_applied) values (99, true)`)
	all, err := postgres.Migrations(t.Context(), url)
	must(t, err)
	last := all[len(all)-1]
	if last.Version != 99 || !last.Applied || last.At.IsZero() || last.SQL != "" {
		t.Errorf("the last is %+v, want 99, which is applied and not known", last)
	}
}
