package saga_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Who needs a person goes on needing one, and grows older, while the engine asks once more and waits.
func TestWhatIsStuckStaysStuck(t *testing.T) {
	silent := asks(pending(newParty().asked("b")), 30*time.Second)
	missing := silent
	missing.Action, missing.Probe = nil, func(context.Context, *cart, saga.Attempt) error { return saga.NotDone }
	missing.Fence = func(context.Context, *cart, saga.Attempt) error { return saga.Refused }
	silent.Probe = func(context.Context, *cart, saga.Attempt) error { return saga.Pending }
	for name, st := range map[string]saga.Step[cart]{"nobody replies": silent, "a fact that never comes": missing} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(p.step("a"), st)
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, 6*time.Hour)
				since := now(t, e, "i").Since
				for range 100 {
					after(t, 7*time.Second)
					in := now(t, e, "i")
					wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
					if !in.Since.Equal(since) || time.Since(since) < 5*time.Hour {
						t.Fatalf("it needs attention since %v, and did since %v", in.Since, since)
					}
				}
				if err := e.Deliver(t.Context(), to("i", "b", saga.Succeeded)); err != nil {
					t.Fatal(err)
				}
				after(t, 2*time.Minute)
				wantStatus(t, now(t, e, "i"), saga.Completed, "")
			})
		})
	}
}

// What somebody said was done before its turn is undone when the saga turns back before it.
func TestAnEarlySuccessIsUndone(t *testing.T) {
	for name, b := range map[string]func(p *party) saga.Step[cart]{
		"nothing to ask with": func(p *party) saga.Step[cart] { return p.step("b") },
		"a fence":             func(p *party) saga.Step[cart] { return p.fenced("b") },
		"a probe":             func(p *party) saga.Step[cart] { return p.asked("b") },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(asks(pending(p.step("a")), time.Hour), asks(pending(b(p)), time.Hour))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, time.Minute)
				for _, r := range []saga.Reply{to("i", "b", saga.Succeeded), to("i", "a", saga.Refused)} {
					if err := e.Deliver(t.Context(), r); err != nil {
						t.Fatal(err)
					}
				}
				after(t, time.Minute)
				in := now(t, e, "i")
				wantStatus(t, in, saga.Compensated, "")
				wantMarks(t, in, saga.NeverDone, saga.TakenBack)
				p.wantCalls(t, "action a, compensation b")
			})
		})
	}
}

// A timer ends when its time has come: nobody's reply ends it, and neither does it begin anew because
// the node on which it falls due lacks the definition.
func TestATimerIsNobodysToAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(timer("rest", 24*time.Hour), p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		for _, o := range []saga.Outcome{saga.Succeeded, saga.Refused} {
			if err := e.Deliver(t.Context(), to("i", "rest", o)); err != nil {
				t.Fatal(err)
			}
		}
		after(t, time.Hour)
		wantMarks(t, now(t, e, "i"), saga.Awaited, saga.NotStarted)
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 2 {
			t.Fatalf("sent were %+v, error %v", sent, err)
		}
		wantIs(t, sent[0].Result.Err, saga.ErrInvalid)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		other := d
		other.Name = "other"
		elsewhere := run(t, store, nil, other)
		after(t, 30*time.Hour)
		wantMarks(t, now(t, elsewhere, "i"), saga.InEffect, saga.NotStarted)
		if err := elsewhere.stop(); err != nil {
			t.Fatal(err)
		}
		again := run(t, store, nil, d)
		after(t, 11*time.Minute)
		wantStatus(t, now(t, again, "i"), saga.Completed, "")
	})
}

// Whether a step is needed is asked before anybody's reply to it is heard.
func TestAReplyForWhatIsNotNeeded(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := asks(pending(p.step("b")), time.Hour)
		st.When = func(cart) bool { return false }
		d := def(timer("rest", time.Hour), st, p.step("c"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		if err := e.Deliver(t.Context(), to("i", "b", saga.Refused)); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Hour)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		p.wantCalls(t, "action c")
	})
}

// Two branches refuse, and both note why in one field: a no is worth more than the note.
func TestTwoRefusalsNoteTheirReason(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		no := func(step string) func(context.Context, *cart, saga.Attempt) error {
			return func(_ context.Context, c *cart, _ saga.Attempt) error {
				<-time.After(time.Second)
				c.Items = []string{step + " says no"}
				return fmt.Errorf("%w: %s", saga.Refused, step)
			}
		}
		p := newParty()
		a, b := p.step("a"), p.step("b")
		a.Action, b.Action = no("a"), no("b")
		d := def(p.step("z"), atOnce("g", a, b))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		in := now(t, e, "i")
		wantStatus(t, in, saga.Compensated, "")
		wantMarks(t, in, saga.TakenBack, saga.NeverDone, saga.NeverDone)
	})
}

// A preview says that a call of any branch may be under way, and lists no call that was made already.
func TestAPreviewInAGroup(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p, l := newParty(), &laps{}
		slow := l.taking(p.fenced("b"), 20*time.Second)
		slow.Timeout = 25 * time.Second
		d := def(atOnce("g", asks(pending(p.fenced("a")), time.Hour), slow, asks(pending(p.fenced("c")), time.Hour)), p.step("z"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, 5*time.Second)
		i := onInstance(saga.Resolve)
		i.Outcome = saga.Succeeded
		eff := preview(t, e.Engine, i).Effects[0]
		if eff.Refused != nil || eff.UnderWay != "g.b" || eff.Within != 25*time.Second {
			t.Errorf("under way is %q for %v, refused %v", eff.UnderWay, eff.Within, eff.Refused)
		}
		if got := calls(eff.Calls); got != "action g.b, action z" {
			t.Errorf("the calls that follow are %s", got)
		}
		after(t, time.Minute)
	})
}

// Replies to two branches that change one field cannot be joined either.
func TestTwoRepliesChangeOneField(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(atOnce("g", asks(pending(p.fenced("a")), time.Hour), asks(pending(p.fenced("b")), time.Hour)), p.step("z"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		for _, step := range []string{"g.a", "g.b"} {
			r := to("i", step, saga.Succeeded)
			r.Data = []byte(`{"Item":"` + step + `"}`)
			if err := e.Deliver(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			after(t, time.Minute)
		}
		wantStatus(t, now(t, e, "i"), saga.NeedsAttention, saga.StateClash)
	})
}

// The deadline wakes a group in which one branch waits for a reply and another for a timer.
func TestTheDeadlineOfAGroupThatWaits(t *testing.T) {
	for _, first := range []bool{true, false} {
		bubble(t, func(t *testing.T, store *memory.Store) {
			p := newParty()
			branches := []saga.Step[cart]{asks(pending(p.fenced("a")), 50*time.Hour), timer("rest", 40*time.Hour)}
			if !first {
				branches[0], branches[1] = branches[1], branches[0]
			}
			d := def(p.step("z"), atOnce("g", branches...))
			d.Deadline = time.Hour
			e := run(t, store, nil, d)
			start(t, e, d, "i", cart{})
			after(t, time.Hour+time.Minute)
			wantStatus(t, now(t, e, "i"), saga.Compensated, "")
			p.wantCalls(t, "action z, action g.a, fence g.a, compensation g.a, compensation z")
		})
	}
}
