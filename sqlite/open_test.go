package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// refusal opens a path that must be refused with a message that contains all of the words.
func refusal(t *testing.T, path string, words ...string) error {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	if err == nil {
		store.Close()
		t.Fatalf("open %s succeeded", path)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("open %s: the error says %q, want it to contain %q", path, err, w)
		}
	}
	return err
}

func TestOpenSaysWhatIsWrong(t *testing.T) {
	folder := t.TempDir()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, []byte(strings.Repeat("this is a letter. ", 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	err := refusal(t, filepath.Join(folder, "missing", "sagas.db"), "folder", "create it", "missing")
	if !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing folder: %v does not match os.ErrNotExist", err)
	}
	refusal(t, folder, "is a folder")
	refusal(t, "", "empty")
	refusal(t, text, text, "not an SQLite database")
	if b, _ := os.ReadFile(text); !strings.HasPrefix(string(b), "this is a letter.") {
		t.Error("the file that is no database was changed")
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := sqlite.Open(ctx, filepath.Join(folder, "a.db")); !errors.Is(err, context.Canceled) {
		t.Errorf("open with an ended context: %v", err)
	}
	open(t, filepath.Join(folder, "a.db")) // nothing is left locked
}

func TestOpenTakesAnyName(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "a folder? #1 100%41 사가&x=y")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{":memory:", "file:x?mode=ro", "a'b", "x?_pragma=foo"} {
		path := filepath.Join(folder, name)
		store := open(t, path)
		if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the file has another name: %v", err)
		}
	}
}

func TestOpenOfARelativePath(t *testing.T) {
	t.Chdir(t.TempDir())
	open(t, "sagas.db")
	if _, err := os.Stat("sagas.db"); err != nil {
		t.Error(err)
	}
}

func TestNewerFileIsRefused(t *testing.T) {
	for name, change := range map[string]string{
		"format":    `update saga_format set version = 2`,
		"no format": `delete from saga_format`,
		"migration": `insert into saga_migrations (version_id, is_applied) values (99, 1)`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sagas.db")
			closed(t, open(t, path))
			db := raw(t, path)
			if _, err := db.ExecContext(t.Context(), change); err != nil {
				t.Fatal(err)
			}
			if err := refusal(t, path, path); !errors.Is(err, saga.ErrFormat) {
				t.Errorf("%v does not match saga.ErrFormat", err)
			}
		})
	}
}

func TestSharedWithTablesOfTheService(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	db := raw(t, path)
	for _, q := range []string{
		`create table goose_db_version (mine text)`, `create table orders (id text)`, `insert into orders values ('1')`,
	} {
		if _, err := db.ExecContext(t.Context(), q); err != nil {
			t.Fatal(err)
		}
	}
	store := open(t, path)
	if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
		t.Fatal(err)
	}
	var orders, others int
	if err := db.QueryRowContext(t.Context(), `select count(*) from orders`).Scan(&orders); err != nil || orders != 1 {
		t.Errorf("the service has %d orders, want 1; error %v", orders, err)
	}
	err := db.QueryRowContext(t.Context(), `select count(*) from sqlite_schema where type = 'table'
		and name not like 'saga\_%' escape '\' and name not like 'sqlite\_%' escape '\'`).Scan(&others)
	if err != nil || others != 2 {
		t.Errorf("%d tables have other names, want the service's 2; error %v", others, err)
	}
}

// raw opens a file without the store.
func raw(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

func closed(t *testing.T, store file) {
	t.Helper()
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
}
