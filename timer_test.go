package saga_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

func timer(name string, d time.Duration) saga.Step[cart] {
	return saga.Step[cart]{Name: name, Sleep: func(cart) time.Duration { return d }}
}

// A timer is never early, costs no memory while it runs, and goes on where it was after a crash.
func TestATimer(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), timer("rest", 30*time.Minute), p.step("b"))
		e := run(t, store, nil, d)
		began := time.Now()
		start(t, e, d, "i", cart{})
		after(t, 10*time.Minute)
		in := now(t, e, "i")
		if in.Status != saga.Running || in.Step != "rest" || in.Node != "" || in.Waits || !in.Due.Equal(began.Add(30*time.Minute)) {
			t.Fatalf("it stands as %+v; want it asleep without a node until %v", in, began.Add(30*time.Minute))
		}
		next := run(t, store.Reopen(), nil, d) // as after a kill
		wantStatus(t, ends(t, next, d, "i"), saga.Completed, "")
		if took := time.Since(began); took < 30*time.Minute || took > 30*time.Minute+2*time.Second {
			t.Errorf("it slept for %v", took)
		}
		p.wantCalls(t, "action a, action b")
	})
}

// A short timer is not early and not late either, and one of no time at all goes on at once.
func TestShortTimers(t *testing.T) {
	for _, d := range []time.Duration{-time.Hour, 0, 5 * time.Millisecond, 900 * time.Millisecond, 1500 * time.Millisecond} {
		bubble(t, func(t *testing.T, store *memory.Store) {
			p := newParty()
			def := def(timer("rest", d), p.step("b"))
			e := run(t, store, nil, def)
			began := time.Now()
			start(t, e, def, "i", cart{})
			wantStatus(t, ends(t, e, def, "i"), saga.Completed, "")
			if took := time.Since(began); took < d || took > max(d, 0)+time.Second {
				t.Errorf("a timer of %v took %v", d, took)
			}
		})
	}
}

// A deadline passes while a timer runs: the saga turns back then, and there is nothing to undo of the
// timer.
func TestADeadlineEndsATimer(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), timer("rest", 24*time.Hour))
		d.Deadline = time.Minute
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
		p.wantCalls(t, "action a, compensation a")
	})
}

// After the pivot a timer may stand between the steps that must finish.
func TestATimerAfterThePivot(t *testing.T) {
	play(t, def(final(saga.Pivot, newParty().step("pay")), timer("rest", time.Hour/2), final(saga.Retriable, newParty().step("mail"))),
		func(t *testing.T, _ started, in saga.Instance) { wantStatus(t, in, saga.Completed, "") })
}

// A step that is not needed is not called, has nothing to undo, and says so.
func TestAStepThatIsNotNeeded(t *testing.T) {
	for total, want := range map[int]string{
		10:   "action a, action d, compensation a",
		1000: "action a, action b, action d, compensation b, compensation a",
	} {
		bubble(t, func(t *testing.T, store *memory.Store) {
			p := newParty().says(saga.CallAction, "d", refuses)
			b := p.asked("b")
			b.When = func(c cart) bool { return c.Total > 100 }
			never := p.step("c")
			never.When = func(cart) bool { return false }
			d := def(p.step("a"), b, never, p.step("d"))
			e := run(t, store, nil, d)
			start(t, e, d, "i", cart{Total: total})
			in := ends(t, e, d, "i")
			wantStatus(t, in, saga.Compensated, "")
			p.wantCalls(t, want)
			if in.Steps[2].Mark != saga.PassedOver {
				t.Errorf("the step that is never needed is marked %q", in.Steps[2].Mark)
			}
		})
	}
}

// Nothing but a When passes a step over, whatever its function says.
func TestOnlyTheEngineSaysNotNeeded(t *testing.T) {
	p := newParty()
	st := p.asked("a")
	st.Action = func(context.Context, *cart, saga.Attempt) error { return saga.NotNeeded }
	play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
		if events, err := e.History(t.Context(), "i"); err != nil || events[1].Outcome != saga.Unknown {
			t.Errorf("its outcome is in %+v, error %v; want unknown", events, err)
		}
	})
}

// A When that panics has called nobody: nothing is in doubt, and no participant can be asked.
func TestAWhenThatPanicsLeavesNoDoubt(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		b := p.step("b")
		b.When = func(cart) bool { panic("no such key") }
		b.Retry = saga.RetryPolicy{MaxAttempts: 2, Initial: time.Hour, Max: time.Hour}
		d := def(p.step("a"), b)
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Second)
		in := now(t, e, "i")
		wantMarks(t, in, saga.InEffect, saga.NotStarted)
		if says := in.Explain(); !strings.Contains(says, "B has not been done so far") && !strings.Contains(says, "b has not been done so far") ||
			!strings.Contains(says, "When panicked: no such key") || strings.Contains(says, "nobody knows") {
			t.Errorf("it says %q", says)
		}
		wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
		p.wantCalls(t, "action a, compensation a")
	})
}
