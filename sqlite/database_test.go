package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/seosa-dev/saga/sqlite"
)

// schema has a reference that is checked at the commit only, which is how a test makes one fail.
var schema = fstest.MapFS{"migrations/00001_first.sql": {Data: []byte(`-- +goose Up
create table thing (name text primary key);
create table note (of text references thing (name) deferrable initially deferred);
`)}}

func openDatabase(t *testing.T, path string) *sqlite.DB {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Migrate(t.Context(), schema, "test_schema"); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func oddPath(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "a folder?x=%41#1.db")
}

func inserting(query string) func(context.Context, *sql.Tx) error {
	return func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query)
		return err
	}
}

func wantRowsIn(t *testing.T, db *sqlite.DB, table string, want int) {
	t.Helper()
	var got int
	if err := db.Read.QueryRowContext(t.Context(), `select count(*) from `+table).Scan(&got); err != nil || got != want {
		t.Errorf("%d rows in %s, want %d; error %v", got, table, want, err)
	}
}

func TestOpenDatabaseRefusesAnEmptyPath(t *testing.T) {
	t.Chdir(t.TempDir()) // where a wrong one would leave its file
	db, err := sqlite.OpenDatabase(t.Context(), "")
	if err == nil {
		_ = db.Close()
		t.Fatal("an empty path was opened")
	}
	if !strings.Contains(err.Error(), "empty") {
		t.Errorf("the error says %q", err)
	}
}

func TestOpenDatabaseNeedsTheFolder(t *testing.T) {
	path := filepath.Join(t.TempDir(), "missing", "a.db")
	if db, err := sqlite.OpenDatabase(t.Context(), path); err == nil {
		_ = db.Close()
		t.Error("a file in a missing folder was opened")
	} else if !strings.Contains(err.Error(), path) {
		t.Errorf("the error does not name the file: %v", err)
	}
}

// The settings are asked of the connection that writes, inside a change.
func TestCommitsAreForcedToDisk(t *testing.T) {
	db := openDatabase(t, oddPath(t))
	err := db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for name, want := range map[string]string{
			"synchronous": "2", "journal_mode": "wal", "fullfsync": "1", "foreign_keys": "1", "busy_timeout": "5000",
		} {
			var got string
			if err := tx.QueryRowContext(ctx, "pragma "+name).Scan(&got); err != nil || got != want {
				t.Errorf("%s is %s, want %s; error %v", name, got, want, err)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestChangesStayAndMigrationsRunOnce(t *testing.T) {
	path := oddPath(t)
	db := openDatabase(t, path)
	if err := db.Change(t.Context(), inserting(`insert into thing values ('a')`)); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	}
	wantRowsIn(t, openDatabase(t, path), "thing", 1)
}

func TestChangeTakesBackWhatFailed(t *testing.T) {
	db := openDatabase(t, oddPath(t))
	bad := errors.New("changed my mind")
	err := db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		return errors.Join(inserting(`insert into thing values ('a')`)(ctx, tx), bad)
	})
	if !errors.Is(err, bad) || errors.Is(err, sqlite.ErrCommit) {
		t.Errorf("the error is %v", err)
	}
	wantRowsIn(t, db, "thing", 0)
	if err := db.Change(t.Context(), inserting(`insert into thing values ('b')`)); err != nil {
		t.Errorf("the next change: %v", err)
	}
	wantRowsIn(t, db, "thing", 1)
}

func TestAFailedCommitIsMarked(t *testing.T) {
	db := openDatabase(t, oddPath(t))
	err := db.Change(t.Context(), inserting(`insert into note values ('nothing')`))
	if !errors.Is(err, sqlite.ErrCommit) {
		t.Errorf("a commit that failed is %v", err)
	}
	wantRowsIn(t, db, "note", 0)
	if err := db.Change(t.Context(), inserting(`insert into thing values ('b')`)); err != nil {
		t.Errorf("the next change: %v", err)
	}
}

func TestTheEndOfTheContextOnlyKeepsAChangeFromStarting(t *testing.T) {
	db := openDatabase(t, oddPath(t))
	ctx, cancel := context.WithCancel(t.Context())
	err := db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		cancel()
		return inserting(`insert into thing values ('a')`)(ctx, tx)
	})
	if err != nil {
		t.Errorf("a change that had started: %v", err)
	}
	err = db.Change(ctx, inserting(`insert into thing values ('b')`))
	if !errors.Is(err, context.Canceled) || errors.Is(err, sqlite.ErrCommit) {
		t.Errorf("a change that had not: %v", err)
	}
	wantRowsIn(t, db, "thing", 1)
}
