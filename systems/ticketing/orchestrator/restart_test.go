package orchestrator_test

import (
	"context"
	"database/sql"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// crashes runs a town for each message of the types and for both sides of its handling: everything ends in the
// middle of it, and is started again.
func crashes(t *testing.T, types []string, prepare func(w *town), want orchestrator.State, did string) {
	for _, way := range everyMessage(types...) {
		for _, after := range []bool{false, true} {
			t.Run(way+map[bool]string{false: " before", true: " after"}[after], func(t *testing.T) {
				t.Parallel()
				w := newTown(t)
				prepare(w)
				c := &crash{way, after, make(chan struct{})}
				w.mu.Lock()
				w.crash = c
				w.mu.Unlock()
				id, err := w.orchestrator.StartSaga(t.Context(), mina, "t", "k", 1, []int64{1, 2})
				must(t, err)
				w.reaches(c)
				w.restart()
				if v := w.ends(id); v.State != want {
					t.Errorf("got %+v", v)
				}
				w.toldOnce(id)
				if got := strings.Join(w.history(), " "); got != did {
					t.Errorf("did %q, want %q", got, did)
				}
			})
		}
	}
}

func (w *town) reaches(c *crash) {
	w.t.Helper()
	select {
	case <-c.now:
	case <-time.After(20 * time.Second):
		w.t.Fatalf("%s was never sent", c.way)
	}
}

// wherever everything ends on the way forward, the end is the same, and each step is done once.
func TestACrashAtAnyStepChangesNothing(t *testing.T) {
	t.Parallel()
	crashes(t, []string{
		"ClaimReservations", "ReservationsClaimed", "PaymentInitiated", "DebitBalance", "BalanceDebited",
		"PaymentCompleted", "ReservationsCompleted", "QueueCompleted", "ConcertStatusUpdated",
	}, func(*town) {}, orchestrator.Completed, "CLAIM DEBIT RESERVATION QUEUE CONCERT")
}

// The same on the way back.
func TestACrashAtAnyUndoChangesNothing(t *testing.T) {
	t.Parallel()
	types := []string{"ConcertStatusFailed"}
	for _, s := range event.Steps() {
		if s.Name != event.Concert {
			types = append(types, s.Undo, s.Undone)
		}
	}
	crashes(t, types, func(w *town) { w.refuse[event.Concert] = "no" }, orchestrator.Compensated,
		"CLAIM DEBIT RESERVATION QUEUE undo QUEUE undo RESERVATION undo DEBIT undo CLAIM")
}

// untold is how many sagas' ends were not put into the outbox, and unsent how many messages are still in it.
func (w *town) untold() (n, unsent int) {
	w.t.Helper()
	db, err := sql.Open("sqlite", "file:"+w.file()+"?_pragma=busy_timeout(10000)")
	must(w.t, err)
	defer db.Close()
	must(w.t, db.QueryRowContext(w.t.Context(), `select count(*) from payment_saga where told_at is null`).Scan(&n))
	rows, err := w.orchestrator.Outbox().Rows(w.t.Context(), 0)
	must(w.t, err)
	return n, len(rows)
}

// toldOnce waits until everything was told, and wants the end of a saga to be told by one message. It returns
// the type.
func (w *town) toldOnce(id string) string {
	w.t.Helper()
	typ := w.hears(id, new(map[string]any))
	w.eventually("the outbox to be empty", func() bool { n, unsent := w.untold(); return n+unsent == 0 })
	ids := map[string]bool{}
	for _, m := range w.toldOf(id) {
		ids[m.ID] = true
	}
	if len(ids) != 1 {
		w.t.Errorf("the end was told by %d messages", len(ids))
	}
	return typ
}

func (w *town) eventually(what string, ready func() bool) {
	w.t.Helper()
	for deadline := time.After(20 * time.Second); !ready(); {
		select {
		case <-deadline:
			w.t.Fatalf("waited 20 s for %s", what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// An end that nobody could tell of before the process ended is told by the next one, and only by it.
func TestAnEndThatWasNotToldIsToldLater(t *testing.T) {
	t.Parallel()
	for refused, want := range map[event.SagaStep]string{"": "SagaCompleted", event.Claim: "SagaFailed", event.Queue: "SagaFailed"} {
		t.Run(want+" "+string(refused), func(t *testing.T) {
			t.Parallel()
			w := &town{t: t}
			w.run = func(ctx context.Context) error { return w.orchestrator.Engine().Run(ctx) } // and nobody tells
			w.opens()
			w.refuses(refused, "no")
			id := w.pays("k").SagaID
			if n, unsent := w.untold(); n != 1 || unsent != 0 {
				t.Fatalf("%d ends are untold and %d unsent; the test is about one", n, unsent)
			}
			w.run = nil
			w.restart()
			if got := w.toldOnce(id); got != want {
				t.Error("told", got)
			}
			w.restart()
			w.pays("another") // by then, what the start found was told
			w.toldOnce(id)
		})
	}
}

// An end that is in the outbox when the process ends is sent by the next one: again, if nobody knows whether it
// was, and then as the same message.
func TestAnEndInTheOutboxIsOneMessage(t *testing.T) {
	t.Parallel()
	for _, after := range []bool{false, true} {
		w := newTown(t)
		c := &crash{"SagaCompleted to everybody", after, make(chan struct{})}
		w.crash = c
		id := w.pays("k").SagaID
		w.reaches(c)
		w.restart()
		if got := w.toldOnce(id); got != "SagaCompleted" {
			t.Error("told", got)
		}
	}
}
