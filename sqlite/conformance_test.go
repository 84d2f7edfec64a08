package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/sqlite"
)

func TestConformance(t *testing.T) {
	conformance.TestStore(t, func(t testing.TB) saga.Store {
		return open(t, filepath.Join(t.TempDir(), "sagas.db"))
	})
}

// file is a store that can crash.
type file struct {
	*sqlite.Store
	path string
}

func open(t testing.TB, path string) file {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return file{store, path}
}

// Begin opens a transaction over a connection of its own.
func (f file) Begin(ctx context.Context) (saga.Transaction, func(commit bool) error, error) {
	db, err := sql.Open("sqlite", "file:"+f.path+"?_txlock=immediate&_pragma=busy_timeout(10000)")
	if err != nil {
		return nil, nil, err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return nil, nil, errors.Join(err, db.Close())
	}
	return sqlite.TransactionOf(tx), func(commit bool) error {
		defer db.Close()
		if commit {
			return tx.Commit()
		}
		return tx.Rollback()
	}, nil
}

// Reopen copies the file and its log as they are on disk while the old handle still has them open,
// and opens the copy.
func (f file) Reopen(t testing.TB) saga.Store {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(f.path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return open(t, to)
}
