package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// onInstance is an intervention by kim at instance i.
func onInstance(v saga.Verb) saga.Intervention {
	return saga.Intervention{Verb: v, Filter: saga.Filter{IDs: []string{"i"}}, By: "kim", Reason: "a test wants it"}
}

func preview(t *testing.T, e *saga.Engine, i saga.Intervention) saga.Preview {
	t.Helper()
	p, err := e.Preview(t.Context(), i)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func apply(t *testing.T, e *saga.Engine, p saga.Preview) saga.Result {
	t.Helper()
	results, err := e.Apply(t.Context(), p)
	if err != nil || len(results) != 1 {
		t.Fatalf("%v, %v", results, err)
	}
	return results[0]
}

// calls writes the planned calls: "probe b (else compensation a) (not yet: action b, action c), action c".
func calls(planned []saga.Planned) string {
	var out []string
	for _, c := range planned {
		text := string(c.Call) + " " + c.Key.Step
		if c.Otherwise != nil {
			text += " (else " + calls(c.Otherwise) + ")"
		}
		if c.NotYet != nil {
			text += " (not yet: " + calls(c.NotYet) + ")"
		}
		out = append(out, text)
	}
	return strings.Join(out, ", ")
}

// Each verb at an instance in attention: what the preview says is what happens.
func TestVerbsDoWhatTheirPreviewSays(t *testing.T) {
	inDoubt := func(p *party) saga.Definition[cart] {
		p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 4)...)
		d := def(p.step("a"), p.fenced("b"), p.step("c"))
		d.LeaveInDoubt = true
		return d
	}
	undoRefused := func(p *party) saga.Definition[cart] {
		p.says(saga.CallAction, "b", refuses).says(saga.CallCompensation, "a", refuses)
		return def(p.step("a"), p.step("b"))
	}
	done := onInstance(saga.Resolve)
	done.Outcome = saga.Succeeded
	notDone := onInstance(saga.Resolve)
	notDone.Outcome = saga.Refused
	for name, c := range map[string]struct {
		def     func(p *party) saga.Definition[cart]
		do      saga.Intervention
		plan    string
		to      saga.Status
		ends    saga.Status
		effects string
		marks   string
	}{
		"retry": {inDoubt, onInstance(saga.Retry), "probe b (else compensation a) (not yet: action b, action c), action c", saga.Running,
			saga.Completed, "a, b, c", "in effect, in effect, in effect"},
		"compensate": {inDoubt, onInstance(saga.Compensate), "fence b (else compensation a), compensation b, compensation a", saga.Compensating,
			saga.Compensated, "a, b, undo b, undo a", "taken back, taken back, not started"},
		"resolve as done": {inDoubt, done, "action c", saga.Running,
			saga.Completed, "a, b, c", "in effect, in effect, in effect"},
		"resolve as not done": {inDoubt, notDone, "compensation a", saga.Compensating,
			saga.Compensated, "a, b, undo a", "taken back, never done, not started"}, // kim was wrong, and it is her word
		"skip": {inDoubt, onInstance(saga.Skip), "action c", saga.Running,
			saga.Completed, "a, b, c", "in effect, skipped, in effect"},
		"stop": {inDoubt, onInstance(saga.Stop), "", saga.NeedsAttention,
			saga.NeedsAttention, "a, b", "in effect, maybe done, not started"},
		"an undo tried again": {undoRefused, onInstance(saga.Retry), "compensation a", saga.Compensating,
			saga.Compensated, "a, undo a", "taken back, never done"},
		"an undo that somebody did by hand": {undoRefused, done, "", saga.Compensated,
			saga.Compensated, "a", "taken back, never done"},
		"an undo that was not done": {undoRefused, notDone, "compensation a", saga.Compensating,
			saga.Compensated, "a, undo a", "taken back, never done"},
		"an undo left out": {undoRefused, onInstance(saga.Skip), "", saga.Compensated,
			saga.Compensated, "a", "left behind, never done"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			play(t, c.def(p), func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, saga.NeedsAttention, in.Reason)
				after(t, time.Second)
				before := len(p.called())
				pre := preview(t, e.Engine, c.do)
				if eff := pre.Effects[0]; eff.Refused != nil || eff.To != c.to || calls(eff.Calls) != c.plan {
					t.Fatalf("the preview says %v, %s, then %s; want %s, then %s", eff.Refused, eff.To, calls(eff.Calls), c.to, c.plan)
				}
				if r := apply(t, e.Engine, pre); r.Err != nil || r.Status != c.to {
					t.Fatalf("applied: %+v, want %s", r, c.to)
				}
				after(t, 5*time.Minute)
				in, _ = e.Get(t.Context(), "i")
				var marks []string
				for _, st := range in.Steps {
					marks = append(marks, string(st.Mark))
				}
				if in.Status != c.ends || strings.Join(marks, ", ") != c.marks {
					t.Errorf("%s: %v, want %s: %s", in.Status, marks, c.ends, c.marks)
				}
				p.wantEffects(t, c.effects)
				if !strings.Contains(c.plan, "else") && len(p.called())-before != len(pre.Effects[0].Calls) {
					t.Errorf("%v were called after it, and the preview said %s", p.called()[before:], c.plan)
				}
				wantHand(t, e, in, c.do)
			})
		})
	}
}

// wantHand checks that an intervention is in the history, once.
func wantHand(t *testing.T, e started, in saga.Instance, want saga.Intervention) {
	t.Helper()
	if in.Hand == nil || in.Hand.Verb != want.Verb || in.Hand.By != want.By || in.Hand.Reason != want.Reason {
		t.Fatalf("the instance says %+v", in.Hand)
	}
	events, err := e.History(t.Context(), "i")
	made := 0
	for _, ev := range events {
		if ev.Kind == saga.EventOperated {
			made++
			if ev.Hand == nil || *ev.Hand != *in.Hand {
				t.Errorf("the history says %+v, want %+v", ev.Hand, in.Hand)
			}
		}
	}
	if err != nil || made != 1 {
		t.Errorf("%d interventions in the history (%v), want 1", made, err)
	}
}

// The table of verbs, where a verb does not apply: refused at once, with advice, and nothing moves.
func TestVerbsThatDoNotApply(t *testing.T) {
	ended := func(p *party) saga.Definition[cart] { return def(p.step("a")) }
	back := func(p *party) saga.Definition[cart] {
		p.says(saga.CallAction, "b", refuses).says(saga.CallCompensation, "a", refuses)
		return def(p.step("a"), p.step("b"))
	}
	beyond := func(p *party) saga.Definition[cart] {
		p.says(saga.CallAction, "b", many(notYet, 50)...)
		return def(final(saga.Pivot, p.step("a")), final(saga.Retriable, p.step("b")))
	}
	done := onInstance(saga.Resolve)
	done.Outcome = saga.Succeeded
	for name, c := range map[string]struct {
		def func(p *party) saga.Definition[cart]
		do  saga.Intervention
		say string
	}{
		"retry of what has ended":       {ended, onInstance(saga.Retry), "it has ended: completed"},
		"compensate of what has ended":  {ended, onInstance(saga.Compensate), "it has ended"},
		"resolve of what has ended":     {ended, done, "it has ended"},
		"skip of what has ended":        {ended, onInstance(saga.Skip), "it has ended"},
		"stop of what has ended":        {ended, onInstance(saga.Stop), "it has ended"},
		"compensate on the way back":    {back, onInstance(saga.Compensate), "going back already; retry"},
		"compensate after the pivot":    {beyond, onInstance(saga.Compensate), "past the point of no return"},
		"an instance that is not there": {ended, saga.Intervention{Verb: saga.Stop, Filter: saga.Filter{IDs: []string{"x"}}, By: "kim", Reason: "r"}, "not found"},
	} {
		t.Run(name, func(t *testing.T) {
			play(t, c.def(newParty()), func(t *testing.T, e started, in saga.Instance) {
				after(t, time.Second)
				in, _ = e.Get(t.Context(), "i")
				pre := preview(t, e.Engine, c.do)
				r := apply(t, e.Engine, pre)
				if r.Err == nil || !strings.Contains(r.Err.Error(), c.say) || !errors.Is(r.Err, pre.Effects[0].Refused) {
					t.Errorf("got %v, want it to say %q", r.Err, c.say)
				}
				if now, _ := e.Get(t.Context(), "i"); now.Seq != in.Seq {
					t.Errorf("it moved from %d to %d", in.Seq, now.Seq)
				}
			})
		})
	}
}

func TestInterventionsThatMakeNoSense(t *testing.T) {
	with := func(change func(*saga.Intervention)) saga.Intervention {
		i := onInstance(saga.Retry)
		change(&i)
		return i
	}
	e, err := saga.New(memory.Open(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for name, i := range map[string]saga.Intervention{
		"no verb":               with(func(i *saga.Intervention) { i.Verb = "" }),
		"another verb":          with(func(i *saga.Intervention) { i.Verb = "force" }),
		"nobody":                with(func(i *saga.Intervention) { i.By = " " }),
		"no reason":             with(func(i *saga.Intervention) { i.Reason = "" }),
		"a reason of two lines": with(func(i *saga.Intervention) { i.Reason = "a\nb" }),
		"a long reason":         with(func(i *saga.Intervention) { i.Reason = strings.Repeat("x", 1001) }),
		"a step to retry":       with(func(i *saga.Intervention) { i.Step = "a" }),
		"an outcome":            with(func(i *saga.Intervention) { i.Outcome = saga.Succeeded }),
		"resolve as unknown":    with(func(i *saga.Intervention) { i.Verb, i.Outcome = saga.Resolve, saga.Unknown }),
		"a set that is no JSON": with(func(i *saga.Intervention) {
			i.Verb, i.Outcome, i.Set = saga.Resolve, saga.Succeeded, map[string]json.RawMessage{"Total": []byte("{")}
		}),
	} {
		if _, err := e.Preview(t.Context(), i); !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("%s: got %v, want ErrInvalid", name, err)
		}
	}
}

// Two people look at one instance and both act: the first wins, and the second is told of the first.
func TestTwoPeopleOneInstance(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", losesReply)
	p.says(saga.CallProbe, "b", many(losesOrder, 50)...)
	d := def(p.step("a"), p.asked("b"))
	d.LeaveInDoubt = true
	play(t, d, func(t *testing.T, e started, _ saga.Instance) {
		after(t, time.Second)
		kim, lee := onInstance(saga.Retry), onInstance(saga.Skip)
		lee.By = "lee"
		first, second := preview(t, e.Engine, kim), preview(t, e.Engine, lee)
		if r := apply(t, e.Engine, first); r.Err != nil {
			t.Fatal(r.Err)
		}
		r := apply(t, e.Engine, second)
		if !errors.Is(r.Err, saga.ErrMoved) || !strings.Contains(r.Err.Error(), "kim chose retry") {
			t.Errorf("lee hears %v; want ErrMoved, and what kim did", r.Err)
		}
		if r := apply(t, e.Engine, first); !errors.Is(r.Err, saga.ErrMoved) {
			t.Errorf("the same preview again: %v, want ErrMoved", r.Err)
		}
	})
}

// A stopped instance makes no further attempt, not even for a start that is repeated; what was under
// way may still answer.
func TestStopStops(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(notYet, 1000)...)
	st := p.step("b")
	st.Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: time.Second, Max: time.Second}
	d := def(p.step("a"), st)
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, 30*time.Second)
		if r := apply(t, e.Engine, preview(t, e.Engine, onInstance(saga.Stop))); r.Err != nil || r.Status != saga.NeedsAttention {
			t.Fatalf("%+v", r)
		}
		before := len(p.called())
		after(t, time.Hour)
		start(t, e, d, "i", cart{})
		after(t, time.Hour)
		in, _ := e.Get(t.Context(), "i")
		wantStatus(t, in, saga.NeedsAttention, saga.Stopped)
		if now := len(p.called()); now != before {
			t.Errorf("%d calls after the stop", now-before)
		}
		p.says(saga.CallAction, "b", works)
		if r := apply(t, e.Engine, preview(t, e.Engine, onInstance(saga.Retry))); r.Err != nil {
			t.Fatal(r.Err)
		}
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
	})
}

// A stop that comes during a call waits for its answer, so that nothing known is lost.
func TestStopDuringACall(t *testing.T) {
	p := newParty()
	bubble(t, func(t *testing.T, store *memory.Store) {
		release, reached := make(chan struct{}), make(chan struct{})
		slow := p.step("b")
		act := slow.Action
		slow.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
			close(reached)
			<-release
			return act(ctx, c, a)
		}
		d := def(p.step("a"), slow, p.step("c"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		<-reached
		after(t, time.Second)
		told := make(chan saga.Result)
		pre := preview(t, e.Engine, onInstance(saga.Stop))
		go func() { told <- apply(t, e.Engine, pre) }()
		after(t, 2*time.Second)
		close(release)
		if r := <-told; r.Err != nil {
			t.Fatal(r.Err)
		}
		after(t, time.Minute)
		in, _ := e.Get(t.Context(), "i")
		wantStatus(t, in, saga.NeedsAttention, saga.Stopped)
		wantMarks(t, in, saga.InEffect, saga.InEffect, saga.NotStarted)
		p.wantEffects(t, "a, b")
	})
}

// A person at one process reaches an instance that another holds, and an engine that does not run
// finds the word when it does.
func TestCommandsReachWhoeverHoldsTheInstance(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(notYet, 1000)...)
	st := p.step("b")
	st.Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: 500 * time.Millisecond, Max: 500 * time.Millisecond}
	d := def(p.step("a"), st)
	bubble(t, func(t *testing.T, store *memory.Store) {
		holder, other := run(t, store, nil, d), run(t, store, nil, d)
		reader, err := saga.New(store, nil)
		if err != nil {
			t.Fatal(err)
		}
		start(t, holder, d, "i", cart{})
		after(t, 3*time.Second)
		if r := apply(t, other.Engine, preview(t, reader, onInstance(saga.Compensate))); r.Err != nil || r.Status != saga.Compensating && r.Status != saga.Compensated {
			t.Fatalf("%+v", r)
		}
		in := ends(t, holder, d, "i")
		wantStatus(t, in, saga.Compensated, "")
		p.wantEffects(t, "a, undo a")
	})
}

func TestCommandsWaitForAnEngine(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 4)...)
	d := def(p.step("a"), p.asked("b"))
	d.LeaveInDoubt = true
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		ends(t, e, d, "i")
		after(t, time.Second)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		store = store.Reopen()
		reader, err := saga.New(store, nil)
		if err != nil {
			t.Fatal(err)
		}
		if r := apply(t, reader, preview(t, reader, onInstance(saga.Retry))); !errors.Is(r.Err, saga.ErrWaiting) {
			t.Fatalf("%+v, want ErrWaiting", r)
		}
		e = run(t, store, nil, d)
		after(t, 3*time.Second)
		in, _ := e.Get(t.Context(), "i")
		wantStatus(t, in, saga.Completed, "")
		wantHand(t, e, in, onInstance(saga.Retry))
	})
}

// What a step would have put into the state comes with the word that it is done.
func TestResolveSetsTheState(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(losesOrder, 50)...)
	var seen cart
	c := p.step("c")
	c.Action = func(_ context.Context, s *cart, _ saga.Attempt) error { seen = *s; return nil }
	play(t, def(p.step("a"), p.step("b"), c), func(t *testing.T, e started, in saga.Instance) {
		after(t, time.Second)
		do := onInstance(saga.Resolve)
		do.Outcome, do.Set = saga.Succeeded, map[string]json.RawMessage{"Total": []byte("42"), "Nope": []byte("1")}
		if eff := preview(t, e.Engine, do).Effects[0]; !errors.Is(eff.Refused, saga.ErrInvalid) {
			t.Errorf("a field that the state lacks: %v, want ErrInvalid", eff.Refused)
		}
		delete(do.Set, "Nope")
		if r := apply(t, e.Engine, preview(t, e.Engine, do)); r.Err != nil {
			t.Fatal(r.Err)
		}
		wantStatus(t, ends(t, e, def(), "i"), saga.Completed, "")
		if seen.Total != 42 {
			t.Errorf("c saw %+v, want the total that was set", seen)
		}
	})
}

// A thousand instances, one word: each is moved once.
func TestInterveneByFilter(t *testing.T) {
	p := newParty()
	d := def(p.asked("b"))
	d.LeaveInDoubt = true
	const n = 300
	p.says(saga.CallAction, "b", many(losesReply, n)...)
	p.says(saga.CallProbe, "b", many(losesOrder, 4*n)...)
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		for i := range n {
			start(t, e, d, fmt.Sprint("i", i), cart{})
		}
		after(t, time.Minute)
		do := onInstance(saga.Retry)
		do.Filter = saga.Filter{Reason: saga.InDoubt, Limit: 1000}
		pre := preview(t, e.Engine, do)
		if len(pre.Effects) != n || pre.More {
			t.Fatalf("%d effects, more %v; want %d", len(pre.Effects), pre.More, n)
		}
		results, err := e.Apply(t.Context(), pre)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range results {
			if r.Err != nil {
				t.Errorf("%s: %v", r.ID, r.Err)
			}
		}
		after(t, time.Minute)
		counts, err := e.Count(t.Context())
		if err != nil || counts[saga.Completed] != n {
			t.Errorf("%v, %v: want all completed", counts, err)
		}
	})
}
