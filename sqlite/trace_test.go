package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

// How long transactions are open is seen from outside, whether they commit or not.
func TestTraceTellsHowLongTransactionsAreOpen(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "traced.db")
	db, err := sqlite.OpenDatabase(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var told []time.Duration
	ctx := sqlite.Trace(t.Context(), func(file string, open time.Duration) {
		if file != path {
			t.Errorf("told of %s", file)
		}
		told = append(told, open)
	})
	failed := errors.New("failed")
	for _, end := range []error{nil, failed} {
		err := db.Change(ctx, func(context.Context, *sql.Tx) error {
			<-time.After(5 * time.Millisecond)
			return end
		})
		if !errors.Is(err, end) {
			t.Error(err)
		}
	}
	if len(told) != 2 || min(told[0], told[1]) < 5*time.Millisecond {
		t.Errorf("told %v of two transactions of 5 ms and more", told)
	}
}
