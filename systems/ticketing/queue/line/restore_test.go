package line_test

import (
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// Using up, and taking that back.

func TestUsingUpMakesRoomOnce(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob", "cho")
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		for range 3 {
			w.complete("ann", "saga-1")
		}
		w.complete("ann", "saga-2") // which comes too late to do it
		w.want("COMPLETED 0", "ann")
		w.wantAdmitted(line.Rule{Limit: 1}, "bob")
		w.wantAdmitted(line.Rule{Limit: 1}, "")
		if p := w.restore("ann", "saga-2"); p.Status != line.Completed {
			t.Errorf("a saga that did not use it up restored it: %+v", p)
		}
	})
}

// The place of a token that is restored was given away: it goes over the limit, is counted apart, and
// nobody is let in for it.
func TestATokenIsRestoredOverTheLimitAndNobodyElseIsLetIn(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob", "cho", "dan")
		rule := line.Rule{Limit: 2}
		w.wantAdmitted(rule, "ann bob")
		w.complete("ann", "saga")
		w.wantAdmitted(rule, "cho")
		w.pass(2 * time.Minute)
		for range 3 {
			if p := w.restore("ann", "saga"); p.Status != line.Active || !p.ActiveUntil.Equal(start.Add(10*time.Minute)) || p.Seq != 1 {
				t.Errorf("restored: %+v", p)
			}
		}
		w.wantCounts(line.Counts{Waiting: 1, Active: 2, Restored: 1})
		w.wantAdmitted(rule, "")
		w.complete("bob", "saga-b")
		w.wantAdmitted(rule, "") // two are in
		w.complete("ann", "saga-2")
		w.wantCounts(line.Counts{Waiting: 1, Active: 1})
		w.wantAdmitted(rule, "dan")
	})
}

func TestNothingIsRestoredAfterItsTime(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann")
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		w.complete("ann", "saga")
		w.pass(10 * time.Minute)
		for range 2 {
			if p := w.restore("ann", "saga"); p.Status != line.Expired {
				t.Errorf("restored: %+v", p)
			}
		}
		w.want("EXPIRED 0", "ann")
		w.wantCounts(line.Counts{})
	})
}

// Paying takes time: a token that ran out meanwhile is used up all the same.
func TestATokenWhoseTimeIsOverIsUsedUp(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob")
		w.wantAdmitted(line.Rule{Limit: 2}, "ann bob")
		w.pass(11 * time.Minute)
		w.complete("ann", "saga")
		w.wantAdmitted(line.Rule{Limit: 2}, "")
		w.complete("bob", "saga-b") // it was written down as expired
		w.want("COMPLETED 0", "ann", "bob")
	})
}

// Who paid, came again, and gets the first token back has one of the two.
func TestARestoredTokenMeetsANewerOne(t *testing.T) {
	t.Parallel()
	drivers(t, func(t *testing.T, w *waitingLine) {
		w.enter("ann", "bob")
		w.wantAdmitted(line.Rule{Limit: 2}, "ann bob")
		for _, user := range []string{"ann", "bob"} {
			w.complete(user, "saga")
			_, err := w.Enter(t.Context(), "new-"+user, user, concert, w.now)
			must(t, err)
		}
		w.wantAdmitted(line.Rule{Limit: 1}, "ann")
		if p := w.restore("ann", "saga"); p.Status != line.Expired {
			t.Errorf("ann, who is active with a newer one: %+v", p)
		}
		if p := w.restore("bob", "saga"); p.Status != line.Active {
			t.Errorf("bob, who waits with a newer one: %+v", p)
		}
		if p, err := w.Look(t.Context(), "new-bob", w.now); err != nil || p.Status != line.Expired {
			t.Errorf("bob's newer one: %+v %v", p, err)
		}
		w.wantCounts(line.Counts{Active: 1, Restored: 1, Admitted: 3})
	})
}
