package sqlite_test

import (
	"database/sql"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// localTables returns the names of all tables but SQLite's own.
func localTables(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(),
		`select name from sqlite_schema where type = 'table' and name not like 'sqlite\_%' escape '\' order by name`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var names []string
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return names
}

func TestPrepareMakesTheTablesOnce(t *testing.T) {
	t.Parallel()
	db := raw(t, filepath.Join(t.TempDir(), "service.db"))
	db.SetMaxOpenConns(1) // as a service has it
	if _, err := db.ExecContext(t.Context(), `create table goose_db_version (mine text)`); err != nil {
		t.Fatal(err)
	}
	for range 3 {
		if err := sqlite.Prepare(t.Context(), db); err != nil {
			t.Fatal(err)
		}
	}
	names := localTables(t, db)
	for _, want := range []string{"saga_outbox", "saga_inbox", "saga_local_migrations"} {
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
	path := filepath.Join(t.TempDir(), "both.db")
	store := open(t, path)
	db := raw(t, path)
	if err := sqlite.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
		t.Errorf("the store after Prepare: %v", err)
	}
	closed(t, store)
	open(t, path)
	if err := sqlite.Prepare(t.Context(), db); err != nil {
		t.Errorf("Prepare after the store: %v", err)
	}
}

func TestPrepareRefusesTablesOfALaterVersion(t *testing.T) {
	t.Parallel()
	db := raw(t, filepath.Join(t.TempDir(), "service.db"))
	if err := sqlite.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	for _, query := range []string{
		`insert into saga_local_migrations (version_id, is_applied) values (99, 1)`, `drop table saga_inbox`,
	} {
		if _, err := db.ExecContext(t.Context(), query); err != nil {
			t.Fatal(err)
		}
	}
	before := localTables(t, db)
	if err := sqlite.Prepare(t.Context(), db); !errors.Is(err, saga.ErrFormat) {
		t.Errorf("the error is %v", err)
	}
	if after := localTables(t, db); !slices.Equal(before, after) {
		t.Errorf("the tables were %q and are %q", before, after)
	}
}

func TestPrepareSaysThatItFailed(t *testing.T) {
	t.Parallel()
	db := raw(t, filepath.Join(t.TempDir(), "missing", "service.db"))
	if err := sqlite.Prepare(t.Context(), db); err == nil || errors.Is(err, saga.ErrFormat) {
		t.Errorf("the error is %v", err)
	}
}
