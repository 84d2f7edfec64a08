package orchestrator

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

func opened(t *testing.T) *sqlite.DB {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "orchestrator.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if err := db.Migrate(t.Context(), migrations, "orchestrator_migrations"); err != nil {
		t.Fatal(err)
	}
	return db
}

// What waits to be told is walked page by page, and none is passed over, also if many began in one moment. A test
// inside the package need not start hundreds of sagas for that.
func TestPagesOfWhatIsUntoldLeaveNothingOut(t *testing.T) {
	t.Parallel()
	db := opened(t)
	err := db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		for i := range 9 {
			at := time.UnixMilli(1_800_000_000_000 + int64(i/7)).UTC() // the first seven in one moment
			if err := noteSaga(ctx, tx, fmt.Sprintf("s-%d", i), "mina", at); err != nil {
				return err
			}
		}
		_, err := tell(ctx, tx, "s-4", time.Now())
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for from := (place{}); ; {
		ids, last, err := untold(t.Context(), db.Read, from, 2)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, ids...)
		if len(ids) < 2 {
			break
		}
		from = last
	}
	if got := strings.Join(all, " "); got != "s-0 s-1 s-2 s-3 s-5 s-6 s-7 s-8" {
		t.Error(got)
	}
}

// It goes by an index of what is untold alone, from where a page begins, and sorts nothing.
func TestWhatIsUntoldIsFoundByAnIndex(t *testing.T) {
	t.Parallel()
	db := opened(t)
	rows, err := db.Read.QueryContext(t.Context(), "explain query plan "+untoldSQL, 0, "", 1)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var steps []string
	for rows.Next() {
		var number int
		var step string
		if err := rows.Scan(&number, &number, &number, &step); err != nil {
			t.Fatal(err)
		}
		steps = append(steps, step)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	if got, want := strings.Join(steps, "\n"), "INDEX payment_saga_untold ((started_at,id)>(?,?))"; !strings.Contains(got, want) || strings.Contains(got, "TEMP") {
		t.Errorf("it is run by\n%s\nwant %s and no sorting", got, want)
	}
}
