package line_test

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// looks is how many are measured.
const looks = 2000

// waiting is how many wait: QUEUE_WAITING, or few enough for every day.
func waiting(t *testing.T) int {
	t.Helper()
	n, err := strconv.Atoi(os.Getenv("QUEUE_WAITING"))
	if os.Getenv("QUEUE_WAITING") == "" {
		n, err = 10_000, nil
	}
	must(t, err)
	return n
}

// A place is found as fast in a long line as in a short one, and is right. -v shows the times.
func TestManyWait(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		n := waiting(t)
		fillBook(t, w, n)
		began := time.Now()
		w.wantCounts(line.Counts{Waiting: int64(n)})
		filled := time.Since(began)
		took := make([]time.Duration, looks)
		for i := range took {
			k := rand.IntN(n)
			began := time.Now()
			p, err := w.Look(t.Context(), "t-"+strconv.Itoa(k), w.now)
			took[i] = time.Since(began)
			if err != nil || p.Position != int64(k+1) {
				t.Fatalf("token %d is at %d, %v", k, p.Position, err)
			}
		}
		slices.Sort(took)
		began = time.Now()
		admitted, err := w.Admit(t.Context(), concert, line.Rule{Limit: 50}, w.now)
		if err != nil || len(admitted) != 50 || admitted[49].Token != "t-49" {
			t.Errorf("admitted %d, %v", len(admitted), err)
		}
		admit := time.Since(began)
		w.want(fmt.Sprint("WAITING ", n-50), strconv.Itoa(n-1))
		t.Logf("%d waiting: look median %v, p99 %v; 50 admitted in %v; first answer after %v", n, took[looks/2], took[looks*99/100], admit, filled)
	})
}

// fillBook lets n enter, many with one statement: by the calls of the line this would take minutes.
func fillBook(t *testing.T, w *waitingLine, n int) {
	t.Helper()
	const chunk = 2000 // a transaction has ten seconds, also with the race detector on a busy machine
	for from := 0; from < n; from += chunk {
		must(t, w.book.DB.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `with recursive n (i) as (select ?1 union all select i + 1 from n where i + 1 < ?2)
				insert into queue_token (token, user, concert, status, waiting_until) select 't-' || i, 'user ' || i, ?3, 'WAITING', ?4 from n`,
				from, min(from+chunk, n), concert, w.now.Add(30*time.Minute).UnixMilli())
			return err
		}))
	}
}
