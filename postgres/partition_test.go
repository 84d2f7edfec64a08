package postgres_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga/postgres"
)

const partsSQL = `select coalesce(string_agg(relid::text, ' ' order by relid::text), '')
	from pg_partition_tree('saga_history') where isleaf`

// months are the partitions there should be, with this many left out.
func months(t *testing.T, db *pgx.Conn, without ...int) string {
	t.Helper()
	now := ask[time.Time](t, db, `select now()`).UTC()
	var names []string
	for i := range 3 {
		month := time.Date(now.Year(), now.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		if name := "saga_history_" + month.Format("2006_01"); fmt.Sprint(without) != fmt.Sprint([]int{i}) {
			names = append(names, name)
		}
	}
	return strings.Join(append(names, "saga_history_default"), " ")
}

func TestHistoryIsKeptByMonth(t *testing.T) {
	url := migrated(t)
	db := admin(t, url)
	if got, want := ask[string](t, db, partsSQL), months(t, db); got != want {
		t.Fatalf("partitions after Migrate: %s, want %s", got, want)
	}
	next := strings.Fields(months(t, db))[1]
	exec(t, url, `drop table `+next)
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			store, err := postgres.Open(t.Context(), url, nil)
			if err != nil {
				t.Error(err)
				return
			}
			store.Close()
		})
	}
	all.Wait()
	if got, want := ask[string](t, db, partsSQL), months(t, db); got != want {
		t.Errorf("partitions after five opened at once: %s, want %s", got, want)
	}
}

// The rows of a month that had no partition stay where they are, and are found.
func TestAMonthThatBeganInTheDefaultStaysThere(t *testing.T) {
	url := migrated(t)
	db := admin(t, url)
	exec(t, url, `drop table `+strings.Fields(months(t, db))[1])
	exec(t, url, `insert into saga_history (at, id, seq, entries)
		values (date_trunc('month', now() at time zone 'UTC') at time zone 'UTC' + interval '40 days', 's', 1, 'x')`)
	store, log := openLogging(t, url)
	if got, want := ask[string](t, db, partsSQL), months(t, db, 1); got != want {
		t.Errorf("partitions: %s, want %s", got, want)
	}
	if log.String() != "" {
		t.Errorf("logged: %s", log)
	}
	chunks, err := store.Reader().History(t.Context(), "s")
	if err != nil || len(chunks) != 1 {
		t.Errorf("%d chunks, error %v; want the one in the default partition", len(chunks), err)
	}
}

// An engine's role need not own the tables. Then it says what it cannot do, and works.
func TestARoleThatMayMakeNoTablesWorks(t *testing.T) {
	url := migrated(t)
	db := admin(t, url)
	schema := ask[string](t, db, `select current_schema()`)
	role := "r_" + schema
	exec(t, url, fmt.Sprintf(`create role %[1]s login password 'p'; grant usage on schema %[2]s to %[1]s;
		grant select, insert, update, delete on all tables in schema %[2]s to %[1]s`, role, schema))
	t.Cleanup(func() {
		db := adminAfter(t, url)
		if _, err := db.Exec(contextAfter(t), fmt.Sprintf(`drop owned by %[1]s; drop role %[1]s`, role)); err != nil {
			t.Error(err)
		}
	})
	exec(t, url, `drop table `+strings.Fields(months(t, db))[2])
	_, log := openLogging(t, as(t, url, role, "p"))
	says(t, stringError(log.String()), "saga_history_default", "Run: seosa migrate", "permission denied")
}
