package saga_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// asks makes a step whose calls are taken in by its party and answered later.
func asks(st saga.Step[cart], within time.Duration) saga.Step[cart] {
	st.Reply = func(c *cart, r saga.Reply) error {
		var said struct{ Item string }
		if len(r.Data) > 0 {
			if err := json.Unmarshal(r.Data, &said); err != nil {
				return err
			}
		}
		if said.Item != "" {
			c.Items = append(c.Items, said.Item)
		}
		return nil
	}
	st.ReplyTimeout = within
	return st
}

// pending lets a step's action be taken in only.
func pending(st saga.Step[cart]) saga.Step[cart] {
	act := st.Action
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		if err := act(ctx, c, a); err != nil {
			return err
		}
		return saga.Pending
	}
	return st
}

func now(t *testing.T, e started, id string) saga.Instance {
	t.Helper()
	in, err := e.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

func to(id, step string, o saga.Outcome) saga.Reply {
	return saga.Reply{Key: saga.Key{Instance: id, Step: step}, Outcome: o, By: "lee"}
}

// A reply settles the step that waits for it, on whatever engine it arrives, and its data reach the
// state; the saga goes on or turns back by it. Who waits is in nobody's memory.
func TestAReplySettlesTheStepThatWaits(t *testing.T) {
	for outcome, want := range map[saga.Outcome]struct {
		ends  saga.Status
		calls string
	}{
		saga.Succeeded: {saga.Completed, "action a, action b, action c"},
		saga.Refused:   {saga.Compensated, "action a, action b, compensation a"},
	} {
		t.Run(string(outcome), func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(p.step("a"), asks(pending(p.step("b")), time.Hour), p.step("c"))
				e, other := run(t, store, nil, d), run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, 30*time.Minute)
				in := now(t, e, "i")
				if in.Status != saga.Running || in.Step != "b" || in.Node != "" || in.Due.IsZero() || !in.Waits || in.Steps[1].Mark != saga.Awaited {
					t.Fatalf("it stands as %+v; want it to wait for a reply to b without a node", in)
				}
				r := to("i", "b", outcome)
				r.Data = json.RawMessage(`{"Item":"7"}`)
				if err := other.Deliver(t.Context(), r); err != nil {
					t.Fatal(err)
				}
				in = ends(t, e, d, "i")
				wantStatus(t, in, want.ends, "")
				p.wantCalls(t, want.calls)
				if !strings.Contains(string(in.State), `"Items":["7"]`) {
					t.Errorf("the reply's data are not in the state %s", in.State)
				}
				wantReplied(t, e, "i", outcome)
			})
		})
	}
}

// wantReplied holds that the history tells of one reply, and from whom it came.
func wantReplied(t *testing.T, e started, id string, o saga.Outcome) {
	t.Helper()
	after(t, time.Second) // rows follow the journal
	events, err := e.History(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, ev := range events {
		if ev.Kind == saga.EventReplied {
			n++
			if ev.Outcome != o || ev.By != "lee" {
				t.Errorf("the history tells of %+v", ev)
			}
		}
	}
	if n != 1 {
		t.Errorf("the history tells of %d replies, want one", n)
	}
}

// Without a reply the outcome is unknown: the step is asked about. What replies come afterwards is
// told to whoever looks, and changes nothing.
func TestSilenceIsUnknownAndALateReplyChangesNothing(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(asks(pending(p.asked("a")), time.Minute), p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		began := time.Now()
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		if took := time.Since(began); took < time.Minute || took > 2*time.Minute {
			t.Errorf("it took %v; a reply is waited for for a minute", took)
		}
		p.wantCalls(t, "action a, probe a, action b")
		if err := e.Deliver(t.Context(), to("i", "a", saga.Refused)); err != nil {
			t.Fatal(err)
		}
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 1 || sent[0].Verb != "reply" || sent[0].Step != "a" {
			t.Fatalf("sent were %+v, error %v; want the late reply", sent, err)
		}
		wantIs(t, sent[0].Result.Err, saga.ErrLate)
	})
}

// A reply that overtakes its own call, or the steps before it, is kept and heard in its turn; one
// that comes twice is heard once.
func TestEarlyAndDoubleReplies(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		slow := p.step("a")
		act := slow.Action
		slow.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
			after(t, 5*time.Second)
			return act(ctx, c, a)
		}
		d := def(slow, asks(pending(p.step("b")), time.Hour))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		synctest.Wait()
		r := to("i", "b", saga.Succeeded)
		r.Data = json.RawMessage(`{"Item":"early"}`)
		if err := e.Deliver(t.Context(), r, r); err != nil {
			t.Fatal(err)
		}
		if err := e.Deliver(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Completed, "")
		if got := strings.Count(string(in.State), "early"); got != 1 {
			t.Errorf("the reply was folded in %d times: %s", got, in.State)
		}
		wantReplied(t, e, "i", saga.Succeeded)
	})
}

// The reply comes while the call that it answers is still under way.
func TestAReplyThatOvertakesItsCall(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		var e started
		st := asks(p.step("b"), time.Hour)
		st.Action = func(ctx context.Context, _ *cart, a saga.Attempt) error {
			if err := e.Deliver(ctx, saga.Reply{Key: a.Key, Outcome: saga.Succeeded, By: "lee"}); err != nil {
				t.Error(err)
			}
			after(t, 2*time.Second)
			return saga.Pending
		}
		d := def(st)
		e = run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		began := time.Now()
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		if took := time.Since(began); took > 10*time.Second {
			t.Errorf("it took %v", took)
		}
		wantReplied(t, e, "i", saga.Succeeded)
	})
}

// An undo can be answered later as well, and so can the question what became of a step.
func TestAnUndoThatIsAnsweredLater(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty().says(saga.CallAction, "b", refuses)
		st := asks(p.step("a"), time.Hour)
		undo := st.Compensation
		st.Compensation = func(ctx context.Context, c *cart, a saga.Attempt) error {
			if err := undo(ctx, c, a); err != nil {
				return err
			}
			return saga.Pending
		}
		d := def(st, p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		r := to("i", "a", saga.Succeeded)
		if err := e.Deliver(t.Context(), r); err != nil { // about the action, which is settled
			t.Fatal(err)
		}
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Compensating, "")
		r.Key.Undo = true
		if err := e.Deliver(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
		p.wantCalls(t, "action a, action b, compensation a")
	})
}

// A deadline or a person turns back what waits for a reply only once it is known whether it took effect.
func TestWhatWaitsIsFencedBeforeItIsUndone(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), asks(pending(p.fenced("b")), time.Hour))
		d.Deadline = 10 * time.Minute
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		began := time.Now()
		wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
		if took := time.Since(began); took < 10*time.Minute || took > 11*time.Minute {
			t.Errorf("it turned back after %v", took)
		}
		p.wantCalls(t, "action a, action b, fence b, compensation b, compensation a")
	})
}

// Nobody approves: silence is a no, and there is nothing to undo of the question itself.
func TestApprovalThatNobodyGives(t *testing.T) {
	for name, answer := range map[string]func(e started) error{
		"silence": func(started) error { return nil },
		"a no":    func(e started) error { return e.Deliver(context.Background(), to("i", "approval", saga.Refused)) },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				approval := asks(saga.Step[cart]{
					Name: "approval", Kind: saga.ReadOnly,
					Action: func(context.Context, *cart, saga.Attempt) error { return saga.Pending },
					Retry:  saga.RetryPolicy{MaxAttempts: 1},
				}, 48*time.Hour)
				d := def(p.step("a"), approval, p.step("b"))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, 47*time.Hour+30*time.Minute)
				if err := answer(e); err != nil {
					t.Fatal(err)
				}
				wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
				p.wantCalls(t, "action a, compensation a")
			})
		})
	}
}

// However often an approval was asked for: a question changes nothing, so a no is believed at once.
func TestANoIsBelievedHoweverOftenItWasAsked(t *testing.T) {
	for name, probe := range map[string]saga.Func[cart]{
		"without a probe": nil,
		"with a probe":    func(context.Context, *cart, saga.Attempt) error { return saga.NotDone },
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				approval := asks(saga.Step[cart]{
					Name: "approval", Kind: saga.ReadOnly, Probe: probe,
					Action: func(context.Context, *cart, saga.Attempt) error { return saga.Pending },
				}, time.Hour)
				d := def(p.step("a"), approval, p.step("b"))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, 90*time.Minute)
				wantMarks(t, now(t, e, "i"), saga.InEffect, saga.Awaited, saga.NotStarted)
				no := to("i", "approval", saga.Refused)
				no.Reason = "too much"
				if err := e.Deliver(t.Context(), no); err != nil {
					t.Fatal(err)
				}
				after(t, time.Minute)
				in := now(t, e, "i")
				wantStatus(t, in, saga.Compensated, "")
				wantMarks(t, in, saga.TakenBack, saga.NeverDone, saga.NotStarted)
				p.wantCalls(t, "action a, compensation a")
			})
		})
	}
}

// What changes nothing is in nobody's doubt when a saga is turned back while it waits.
func TestWhatChangesNothingIsNotInDoubt(t *testing.T) {
	for name, waits := range map[string]saga.Step[cart]{
		"a timer": timer("rest", 10*time.Hour),
		"an approval": asks(saga.Step[cart]{
			Name: "approval", Kind: saga.ReadOnly, Action: func(context.Context, *cart, saga.Attempt) error { return saga.Pending },
		}, 50*time.Minute),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(p.step("a"), waits, p.step("b"))
				d.Deadline = time.Hour
				e := run(t, store, nil, d)
				start(t, e, d, "late", cart{})
				start(t, e, d, "i", cart{})
				after(t, time.Minute)
				operate(t, e, "i", saga.Compensate)
				after(t, 2*time.Hour)
				for id, why := range map[string]string{"late": "the deadline passed", "i": "kim turned it back: test"} {
					in := now(t, e, id)
					wantStatus(t, in, saga.Compensated, "")
					wantMarks(t, in, saga.TakenBack, saga.NotStarted, saga.NotStarted)
					_, err := d.Wait(t.Context(), e.Engine, id)
					wantSaid(t, err, why)
				}
			})
		})
	}
}

// Why a saga turned back is told at its end, whoever says that the undo was done.
func TestTheReasonOutlivesTheWayBack(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty().says(saga.CallAction, "b", refuses)
		st := asks(p.step("a"), time.Hour)
		st.Compensation = func(context.Context, *cart, saga.Attempt) error { return saga.Pending }
		d := def(st, p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		done := to("i", "a", saga.Succeeded)
		done.Key.Undo = true
		if err := e.Deliver(t.Context(), done); err != nil {
			t.Fatal(err)
		}
		after(t, time.Minute)
		_, err := d.Wait(t.Context(), e.Engine, "i")
		wantSaid(t, err, "refused")
	})
}

// A reply cannot take the place of a call: a step that takes none is done by its action alone.
func TestAReplyForAStepThatTakesNone(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(timer("rest", time.Hour), p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		if err := e.Deliver(t.Context(), to("i", "b", saga.Succeeded)); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Hour)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		p.wantCalls(t, "action b")
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 1 {
			t.Fatalf("sent were %+v, error %v", sent, err)
		}
		wantIs(t, sent[0].Result.Err, saga.ErrInvalid)
	})
}

// The first word for a step that has not come so far stands: the same again changes nothing and takes
// no room, and another has a stated end.
func TestTheFirstOfTwoEarlyRepliesStands(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), timer("rest", time.Hour), asks(pending(p.step("b")), time.Hour))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		for range 40 { // more than are kept
			if err := e.Deliver(t.Context(), to("i", "b", saga.Refused)); err != nil {
				t.Fatal(err)
			}
		}
		yes := to("i", "b", saga.Succeeded)
		yes.By = "kim"
		if err := e.Deliver(t.Context(), yes); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Hour)
		wantStatus(t, now(t, e, "i"), saga.Compensated, "")
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) == 0 {
			t.Fatalf("sent were %+v, error %v", sent, err)
		}
		for _, s := range sent {
			if s.By == "kim" {
				wantIs(t, s.Result.Err, saga.ErrLate)
				wantSaid(t, s.Result.Err, "lee said before")
			} else {
				wantIs(t, s.Result.Err, nil)
			}
		}
	})
}

// "Not so far" is not the last word: what comes after it is kept and heard.
func TestAnEarlyNotDoneDoesNotStand(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(timer("rest", time.Hour), asks(pending(p.asked("b")), time.Hour))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		for _, o := range []saga.Outcome{saga.NotDone, saga.Succeeded, saga.Succeeded} {
			if err := e.Deliver(t.Context(), to("i", "b", o)); err != nil {
				t.Fatal(err)
			}
			after(t, time.Second)
		}
		after(t, time.Hour+time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		p.wantCalls(t, "")
	})
}

// Nothing is stored of a reply that cannot be one.
func TestRepliesThatAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(asks(pending(p.step("a")), time.Hour))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		good := to("i", "a", saga.Succeeded)
		for want, change := range map[error]func(r *saga.Reply){
			saga.ErrNotFound: func(r *saga.Reply) { r.Key.Instance = "nobody" },
			saga.ErrInvalid:  func(r *saga.Reply) { r.Outcome = saga.Unknown },
			saga.ErrTooLarge: func(r *saga.Reply) { r.Data = json.RawMessage(`"` + strings.Repeat("x", 2<<20) + `"`) },
		} {
			bad := good
			change(&bad)
			wantIs(t, e.Deliver(t.Context(), good, bad), want)
		}
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Running, "")
		if sent, err := e.Sent(t.Context(), "i"); err != nil || len(sent) != 0 {
			t.Errorf("sent were %+v, error %v; want none: one of them was refused", sent, err)
		}
	})
}

// A reply for a step that the definition does not have, or for a round that never was, has a stated end.
func TestRepliesThatFitNothing(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d, other := def(asks(pending(p.step("a")), time.Hour)), def(p.step("z"))
		other.Name = "other"
		e := run(t, store, nil, d, other)
		start(t, e, d, "i", cart{})
		nonsense := e.Deliver(t.Context(), to("i", "a", saga.Succeeded), to("i", "payy", saga.Succeeded))
		wantIs(t, nonsense, saga.ErrInvalid)
		wantSaid(t, nonsense, `no definition has a step "payy"`)
		stray, round := to("i", "z", saga.Succeeded), to("i", "a", saga.Succeeded)
		round.Key.Round = 2
		if err := e.Deliver(t.Context(), stray, round); err != nil {
			t.Fatal(err)
		}
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Running, "")
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 2 {
			t.Fatalf("sent were %+v, error %v; want two", sent, err)
		}
		for _, s := range sent {
			if s.Result.Err == nil {
				t.Errorf("%s of %s is said to have been made", s.Verb, s.Step)
			}
		}
	})
}

// A node that is gone while a reply is being folded in has told nobody of it: the next one hears it.
func TestAReplyIsHeardAfterATakeover(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := asks(pending(p.step("a")), time.Hour)
		fold, hung := st.Reply, make(chan struct{}, 1)
		goOn := make(chan struct{})
		st.Reply = func(c *cart, r saga.Reply) error {
			select {
			case hung <- struct{}{}:
				<-goOn // what it does then counts for nothing
			default:
			}
			return fold(c, r)
		}
		d := def(st, p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		if err := e.Deliver(t.Context(), to("i", "a", saga.Succeeded)); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		gone := store.Reopen() // as after a kill
		again := run(t, gone, nil, d)
		synctest.Wait() // it has taken over
		close(goOn)
		wantStatus(t, ends(t, again, d, "i"), saga.Completed, "")
		wantReplied(t, again, "i", saga.Succeeded)
		p.wantCalls(t, "action a, action b")
	})
}

// What is kept of replies is bounded like a state: it is journalled with every transition.
func TestEarlyRepliesAreBounded(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		c := quietly()
		c.StateLimit = 1000
		d := def(timer("rest", time.Hour), asks(pending(p.step("b")), time.Hour))
		e := run(t, store, c, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		r := to("i", "b", saga.Succeeded)
		r.Data = json.RawMessage(`"` + strings.Repeat("x", 600) + `"`)
		for range 2 { // the second is too much
			if err := e.Deliver(t.Context(), r); err != nil {
				t.Fatal(err)
			}
			r.Number++
			after(t, time.Minute)
		}
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 2 || sent[0].Result.Err != nil || sent[1].Result.Err == nil {
			t.Fatalf("sent were %+v, error %v; want the first kept and the second refused", sent, err)
		}
		if text := sent[1].Result.Err.Error(); !strings.Contains(text, "deliver it again") {
			t.Errorf("it is refused with %q, which does not say what to do", text)
		}
	})
}
