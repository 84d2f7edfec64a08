package saga_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// expected is a step that others do unasked.
func expected(st saga.Step[cart], within time.Duration) saga.Step[cart] {
	st = asks(st, within)
	st.Action = nil
	return st
}

// An orchestrator follows facts that come in any order, each settling the step that it is about.
func TestFactsSettleExpectations(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("pay"), expected(p.fenced("seat"), time.Minute), expected(p.fenced("queue"), time.Minute), final(saga.Retriable, p.step("tell")))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		for _, step := range []string{"queue", "seat", "seat"} { // out of order, and one twice
			after(t, 10*time.Second)
			if err := e.Deliver(t.Context(), to("i", step, saga.Succeeded)); err != nil {
				t.Fatal(err)
			}
		}
		after(t, time.Second)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		p.wantCalls(t, "action pay, action tell")
	})
}

// A fact that is missing is asked about; if nobody can tell, a person sees which, and the fact settles
// it when it comes after all.
func TestAMissingFactIsAskedAbout(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		p.says(saga.CallProbe, "seat", many(losesOrder, 1000)...)
		seat := expected(p.fenced("seat"), time.Minute)
		seat.Retry = saga.RetryPolicy{MaxAttempts: 3, Initial: time.Second}
		d := def(p.step("pay"), seat, p.step("tell"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, 30*time.Second)
		in := now(t, e, "i")
		if in.Step != "seat" || !in.Waits || in.Steps[1].Mark != saga.Awaited {
			t.Errorf("it stands as %+v; want it to wait for the fact", in)
		}
		after(t, 2*time.Minute)
		in = now(t, e, "i")
		wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
		if text := in.Explain(); !strings.Contains(text, "nobody knows whether seat took effect") && !strings.Contains(text, "Nobody knows whether seat took effect") {
			t.Errorf("it says %q", text)
		}
		if err := e.Deliver(t.Context(), to("i", "seat", saga.Succeeded)); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Second)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
	})
}

// When the saga turns back, what others may still do unasked is fenced, and undone if they did it
// already without a word.
func TestTurningBackFencesWhatIsExpected(t *testing.T) {
	for name, c := range map[string]struct {
		done    bool
		effects string
		mark    saga.Mark
	}{
		"nothing happened":         {false, "pay, undo pay", saga.NeverDone},
		"it happened without word": {true, "pay, queue, undo queue, undo pay", saga.TakenBack},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(p.step("pay"), expected(p.fenced("seat"), time.Minute), expected(p.fenced("queue"), time.Minute), final(saga.Pivot, p.fenced("tell")))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, time.Second)
				if c.done {
					p.mu.Lock()
					_ = p.do(saga.CallAction, saga.Key{Instance: "i", Step: "queue"})
					p.mu.Unlock()
				}
				if err := e.Deliver(t.Context(), to("i", "seat", saga.Refused)); err != nil {
					t.Fatal(err)
				}
				after(t, time.Minute)
				in := now(t, e, "i")
				wantStatus(t, in, saga.Compensated, "")
				wantMarks(t, in, saga.TakenBack, saga.NeverDone, c.mark, saga.NotStarted)
				p.wantEffects(t, c.effects)
				late := saga.Key{Instance: "i", Step: "queue"}
				if !c.done && p.do(saga.CallAction, late) == nil {
					t.Error("the participant would still do what is undone for ever")
				}
			})
		})
	}
}

// What is done unasked without a way to forbid it cannot be turned back.
func TestAnExpectationNeedsAFence(t *testing.T) {
	p := newParty()
	_, err := saga.New(memory.Open(), nil, def(p.step("pay"), expected(p.asked("seat"), time.Minute)))
	if err == nil || !strings.Contains(err.Error(), `step "seat": it has no Action`) {
		t.Errorf("it is registered: %v", err)
	}
}
