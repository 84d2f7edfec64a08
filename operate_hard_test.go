package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// hanging is a definition whose only step hangs until its timeout, at whatever hangs says.
func hanging(p *party, hangs func(id string) bool) saga.Definition[cart] {
	st := p.step("a")
	act := st.Action
	st.Timeout = 10 * time.Minute
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		if hangs(a.Key.Instance) {
			<-ctx.Done()
			return ctx.Err()
		}
		return act(ctx, c, a)
	}
	return def(st)
}

// Words for hundreds of instances that hang in a call hide no other word, and cost no more than the
// look that is taken each second.
func TestWordsThatWaitHideNoOthers(t *testing.T) {
	p := newParty()
	d := hanging(p, func(id string) bool { return id != "i" })
	p.says(saga.CallAction, "a", many(losesOrder, 100)...)
	d.LeaveInDoubt = true
	bubble(t, func(t *testing.T, store *memory.Store) {
		var claims atomic.Int64
		counting := hooked{store, func(_ context.Context, op string, _ any, do func() error) error {
			if op == "claim" {
				claims.Add(1)
			}
			return do()
		}}
		c := quietly()
		c.Concurrency = 1000
		e := run(t, counting, c, d)
		const n = 600
		for i := range n {
			start(t, e, d, fmt.Sprint("hangs", i), cart{})
		}
		start(t, e, d, "i", cart{})
		after(t, 30*time.Second)
		do := onInstance(saga.Stop)
		do.Filter = saga.Filter{Statuses: []saga.Status{saga.Running}, Limit: 1000}
		short, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if results, err := e.Apply(short, preview(t, e.Engine, do)); err != nil || len(results) != n || !errors.Is(results[0].Err, saga.ErrWaiting) {
			t.Fatalf("%d results, %v", len(results), err)
		}
		before := claims.Load()
		began := time.Now()
		if r := apply(t, e.Engine, preview(t, e.Engine, onInstance(saga.Skip))); r.Err != nil {
			t.Fatal(r.Err)
		}
		if took := time.Since(began); took > 5*time.Second {
			t.Errorf("it took %v", took)
		}
		after(t, 20*time.Second)
		if now := claims.Load() - before; now > 20*4+20 {
			t.Errorf("%d claims in 20 s", now)
		}
	})
}

// A stop keeps a call from being made that waits for its turn only.
func TestStopHoldsBackWhatWasNotCalled(t *testing.T) {
	p := newParty()
	d := hanging(p, func(id string) bool { return id != "i" })
	bubble(t, func(t *testing.T, store *memory.Store) {
		c := quietly()
		c.Concurrency = 2
		e := run(t, store, c, d)
		for _, id := range []string{"x", "y", "i"} {
			start(t, e, d, id, cart{})
			after(t, time.Second)
		}
		if r := apply(t, e.Engine, preview(t, e.Engine, onInstance(saga.Stop))); r.Err != nil || r.Status != saga.NeedsAttention {
			t.Fatalf("%+v", r)
		}
		after(t, time.Hour)
		p.wantEffects(t, "")
	})
}

// A word that was sent before a crash still counts after it, although the takeover knows less.
func TestAWordOutlivesTheTakeover(t *testing.T) {
	p := newParty()
	hangs := true
	d := hanging(p, func(string) bool { return hangs })
	d.Steps = append([]saga.Step[cart]{p.step("first")}, d.Steps...)
	d.Steps[1].Fence = p.call(saga.CallFence)
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Second)
		gone := store.Reopen() // as after a kill
		reader, err := saga.New(gone, nil)
		if err != nil {
			t.Fatal(err)
		}
		pre := preview(t, reader, onInstance(saga.Compensate))
		if eff := pre.Effects[0]; eff.UnderWay != "a" || eff.Within != 10*time.Minute {
			t.Errorf("the preview says that %q may be under way for %v", eff.UnderWay, eff.Within)
		}
		if r := apply(t, reader, pre); !errors.Is(r.Err, saga.ErrWaiting) {
			t.Fatalf("%+v, want ErrWaiting", r)
		}
		if sent, err := reader.Sent(t.Context(), "i"); err != nil || len(sent) != 1 || !errors.Is(sent[0].Result.Err, saga.ErrWaiting) {
			t.Errorf("sent: %+v, %v; want one that waits", sent, err)
		}
		hangs = false
		again := run(t, gone, nil, d)
		in := ends(t, again, d, "i")
		wantStatus(t, in, saga.Compensated, "")
		p.wantEffects(t, "first, undo first")
		if sent, err := again.Sent(t.Context(), "i"); err != nil || len(sent) != 1 || sent[0].Result.Err != nil || sent[0].By != "kim" {
			t.Errorf("sent: %+v, %v; want one that was made", sent, err)
		}
	})
}

// What was refused is not in the history, and is not forgotten.
func TestARefusedWordIsKept(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 50)...)
	d := def(p.step("a"), p.asked("b"))
	d.LeaveInDoubt = true
	play(t, d, func(t *testing.T, e started, _ saga.Instance) {
		after(t, time.Second)
		first := preview(t, e.Engine, onInstance(saga.Retry))
		apply(t, e.Engine, first)
		apply(t, e.Engine, first)
		sent, err := e.Sent(t.Context(), "i")
		if err != nil || len(sent) != 2 || sent[0].Result.Err != nil || !errors.Is(sent[1].Result.Err, saga.ErrMoved) {
			t.Errorf("%+v, %v; want one made and one moved", sent, err)
		}
	})
}

// The time since when it is stopped is that of the stop.
func TestStoppedSince(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(losesOrder, 50)...)
	play(t, def(p.step("a"), p.step("b")), func(t *testing.T, e started, in saga.Instance) {
		after(t, time.Hour)
		apply(t, e.Engine, preview(t, e.Engine, onInstance(saga.Stop)))
		if now, _ := e.Get(t.Context(), "i"); now.Since.Sub(in.Since) < time.Hour {
			t.Errorf("stopped since %v, in doubt since %v", now.Since, in.Since)
		}
	})
}

// What a person sets must fit the state, or no step could be called again.
func TestWhatIsSetMustFit(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(losesOrder, 50)...)
	play(t, def(p.step("a"), p.step("b"), p.step("c")), func(t *testing.T, e started, in saga.Instance) {
		after(t, time.Second)
		do := onInstance(saga.Resolve)
		do.Outcome = saga.Succeeded
		for value, says := range map[string]string{`"forty"`: "is a JSON number, not a string", `1.5`: "does not fit", `"` + strings.Repeat("x", 70_000) + `"`: ""} {
			do.Set = map[string]json.RawMessage{"Total": []byte(value)}
			if says == "" {
				do.Set = map[string]json.RawMessage{"Customer": []byte(value)}
				says = "more than 65536 bytes"
			}
			if r := apply(t, e.Engine, preview(t, e.Engine, do)); r.Err == nil || !strings.Contains(r.Err.Error(), says) {
				t.Errorf("%.20s: got %v, want it to say %q", value, r.Err, says)
			}
		}
		if now, _ := e.Get(t.Context(), "i"); now.Status != saga.NeedsAttention {
			t.Errorf("it is %s", now.Status)
		}
	})
}

// A pivot that a person left behind stays so, whatever becomes known of the steps before it.
func TestWhatIsLeftBehindStaysSo(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "a", many(losesOrder, 9)...).says(saga.CallAction, "p", many(losesOrder, 50)...)
	p.says(saga.CallFence, "p", many(losesOrder, 99)...)
	a, pivot := p.fenced("a"), final(saga.Pivot, p.step("p"))
	a.Probe, pivot.Fence = nil, p.call(saga.CallFence)
	d := def(a, pivot)
	d.LeaveInDoubt = true
	play(t, d, func(t *testing.T, e started, _ saga.Instance) {
		for _, v := range []saga.Verb{saga.Skip, saga.Compensate, saga.Skip} {
			after(t, time.Hour)
			if r := apply(t, e.Engine, preview(t, e.Engine, onInstance(v))); r.Err != nil {
				t.Fatalf("%s: %v", v, r.Err)
			}
		}
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Compensated, "")
		wantMarks(t, in, saga.NeverDone, saga.LeftBehind)
	})
}

// A stop during a call also keeps back what could run ahead of what is durable.
func TestStopDuringACallThatCouldRunAhead(t *testing.T) {
	p := newParty()
	bubble(t, func(t *testing.T, store *memory.Store) {
		release := make(chan struct{})
		a := replayable(p.step("a"))
		act := a.Action
		a.Action = func(ctx context.Context, c *cart, at saga.Attempt) error {
			<-release
			return act(ctx, c, at)
		}
		e := run(t, store, nil, def(a, replayable(p.step("b"))))
		start(t, e, def(a, replayable(p.step("b"))), "i", cart{})
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
		p.wantEffects(t, "a")
	})
}

// After its deadline an instance that is tried again turns back, and the preview says so.
func TestPreviewAfterTheDeadline(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "b", many(losesReply, 5)...).says(saga.CallProbe, "b", many(losesOrder, 50)...)
	d := def(p.step("a"), p.fenced("b"))
	d.Deadline, d.LeaveInDoubt = time.Minute, true
	play(t, d, func(t *testing.T, e started, in saga.Instance) {
		after(t, time.Hour)
		in, _ = e.Get(t.Context(), "i")
		if in.Status != saga.NeedsAttention || in.Back {
			t.Fatalf("%s, back %v", in.Status, in.Back)
		}
		pre := preview(t, e.Engine, onInstance(saga.Retry))
		if got := calls(pre.Effects[0].Calls); !strings.HasPrefix(got, "fence b ") {
			t.Errorf("the preview says %s; want a fence first", got)
		}
		apply(t, e.Engine, pre)
		wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
		p.wantEffects(t, "a, b, undo b, undo a")
	})
}
