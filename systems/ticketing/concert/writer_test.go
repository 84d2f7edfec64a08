package concert

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga/sqlite"
)

// The caches hear of a change when it is committed: not in the transaction, where a reader would fetch the
// old value again, and not of what is rolled back. A test inside the package is the only one that can
// look between the change and the commit.
func TestCachesHearOfAChangeAfterItsCommit(t *testing.T) {
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "concert.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	var heard []string
	w := &writer{db: db, committed: func(concerts []int64) { heard = append(heard, fmt.Sprint(concerts)) }}
	err = w.Change(t.Context(), func(_ context.Context, tx *sql.Tx) error {
		w.note(tx, 7)
		if len(heard) > 0 {
			t.Error("heard before the commit:", heard)
		}
		return nil
	})
	if err != nil || fmt.Sprint(heard) != "[[7]]" {
		t.Error(heard, err)
	}
	heard, bad := nil, errors.New("no")
	err = w.Change(t.Context(), func(_ context.Context, tx *sql.Tx) error {
		w.note(tx, 8)
		return bad
	})
	if !errors.Is(err, bad) || len(heard) > 0 || len(w.changed) > 0 {
		t.Error("heard of what was rolled back:", heard, w.changed, err)
	}
}
