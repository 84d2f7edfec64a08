package saga_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// An outage that lasts longer than the budget heals by itself when it is over.
func TestAttentionHealsByItself(t *testing.T) {
	for name, c := range map[string]struct {
		def     func(p *party) saga.Definition[cart]
		reason  saga.Reason
		ends    saga.Status
		effects string
	}{
		"in doubt, and a probe finds it": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 20)...)
			return def(p.step("a"), p.asked("b"))
		}, saga.InDoubt, saga.Completed, "a, b"},
		"in doubt, and a probe finds nothing": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesOrder).says(saga.CallProbe, "b", many(losesOrder, 20)...)
			return def(p.step("a"), p.fenced("b"))
		}, saga.InDoubt, saga.Completed, "a, b"},
		"in doubt, at one who keeps records": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(losesOrder, 20)...)
			return def(p.step("a"), replayable(p.step("b")))
		}, saga.InDoubt, saga.Completed, "a, b"},
		"a step that must finish": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(notYet, 20)...)
			return def(p.step("a"), final(saga.Retriable, p.step("b")))
		}, saga.CannotFinish, saga.Completed, "a, b"},
		"a step that must finish is refused": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(refuses, 20)...)
			return def(final(saga.Pivot, p.step("a")), final(saga.Retriable, p.step("b")))
		}, saga.CannotFinish, saga.Completed, "a, b"},
		"an undo": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", refuses).says(saga.CallCompensation, "a", many(losesOrder, 20)...)
			return def(p.step("a"), p.step("b"))
		}, saga.UndoUnfinished, saga.Compensated, "a, undo a"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			d := c.def(p)
			play(t, d, func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, saga.NeedsAttention, c.reason)
				since := in.Since
				after(t, 5*time.Minute)
				if in, _ = e.Get(t.Context(), "i"); in.Since != since || in.Status != saga.NeedsAttention {
					t.Errorf("it stands as %s since %v; want since %v", in.Status, in.Since, since)
				}
				after(t, 30*time.Minute)
				in, err := e.Get(t.Context(), "i")
				if err != nil {
					t.Fatal(err)
				}
				wantStatus(t, in, c.ends, "")
				p.wantEffects(t, c.effects)
			})
		})
	}
}

// What is not safe to repeat, or was declared to be left alone, is left alone; a repeated start
// goes on with it, and asks first.
func TestAttentionThatIsLeftAloneIsResumedByStart(t *testing.T) {
	for name, c := range map[string]struct {
		def     func(p *party) saga.Definition[cart]
		reason  saga.Reason
		next    string // the calls that the start brings
		ends    saga.Status
		again   saga.Reason
		effects string
	}{
		"in doubt, left so": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 4)...)
			d := def(p.step("a"), p.asked("b"), p.step("c"))
			d.LeaveInDoubt = true
			return d
		}, saga.InDoubt, ", probe b, action c", saga.Completed, "", "a, b, c"},
		"in doubt, without a probe": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(losesOrder, 5)...)
			return def(p.step("a"), p.step("b"))
		}, saga.InDoubt, ", action b", saga.Completed, "", "a, b"},
		"an undo that was refused": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "c", refuses).says(saga.CallCompensation, "b", refuses)
			return def(p.step("a"), p.step("b"), p.step("c"))
		}, saga.UndoRefused, ", compensation b, compensation a", saga.Compensated, "", "a, b, undo b, undo a"},
		"an undo, left so": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", refuses).says(saga.CallCompensation, "a", many(losesOrder, 12)...)
			d := def(p.step("a"), p.step("b"))
			d.LeaveInDoubt = true
			return d
		}, saga.UndoUnfinished, ", compensation a", saga.Compensated, "", "a, undo a"},
		"what cannot be fenced": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(losesOrder, 1000)...)
			d := within(p.step("a"), p.step("b"))
			return d
		}, saga.CannotFence, "", saga.NeedsAttention, saga.CannotFence, "a"},
		"a refusal of what may still arrive": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesOrder, refuses)
			return def(p.step("a"), p.step("b"))
		}, saga.CannotFence, ", action b", saga.NeedsAttention, saga.CannotFence, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			d := c.def(p)
			play(t, d, func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, saga.NeedsAttention, c.reason)
				if !in.Due.IsZero() || in.Detail == "" || in.Since.IsZero() {
					t.Errorf("it says due %v, since %v, detail %q", in.Due, in.Since, in.Detail)
				}
				before := strings.Join(p.called(), ", ")
				after(t, 2*time.Hour)
				p.wantCalls(t, before)
				start(t, e, d, "i", cart{})
				in = settles(t, e, "i")
				wantStatus(t, in, c.ends, c.again)
				p.wantCalls(t, before+c.next)
				p.wantEffects(t, c.effects)
			})
		})
	}
}

// settles gives a resumed instance an hour and returns how it stands then.
func settles(t *testing.T, e started, id string) saga.Instance {
	t.Helper()
	after(t, time.Hour)
	in, err := e.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// A start that only repeats asks again and makes no fresh instance, and resuming with another
// input is a conflict.
func TestResumeIsOnlyForTheSameInput(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty().says(saga.CallAction, "a", losesReply).says(saga.CallProbe, "a", many(losesOrder, 5)...)
		d := def(p.asked("a"))
		d.LeaveInDoubt = true
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Total: 3})
		ends(t, e, d, "i")
		after(t, time.Minute)
		calls := len(p.called())
		_, err := d.Start(t.Context(), e.Engine, "i", cart{Total: 4})
		wantIs(t, err, saga.ErrConflict)
		after(t, time.Minute)
		if len(p.called()) != calls {
			t.Error("a start with another input moved it")
		}
		in := start(t, e, d, "i", cart{Total: 3})
		wantStatus(t, in, saga.Running, "")
		wantStatus(t, settles(t, e, "i"), saga.NeedsAttention, saga.InDoubt)
		if got := len(p.called()) - calls; got != 1 {
			t.Errorf("the repeated start asked %d times, want once: it was left to whoever repeats", got)
		}
		start(t, e, d, "i", cart{Total: 3})
		wantStatus(t, settles(t, e, "i"), saga.Completed, "")
		p.wantEffects(t, "a")
	})
}

// The deadline also counts for an instance that is resumed after it.
func TestResumeAfterTheDeadlineTurnsBack(t *testing.T) {
	p := newParty().says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 5)...)
	d := def(p.step("a"), p.fenced("b"))
	d.Deadline, d.LeaveInDoubt = time.Hour, true
	play(t, d, func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
		after(t, 2*time.Hour)
		start(t, e, d, "i", cart{})
		wantStatus(t, settles(t, e, "i"), saga.Compensated, "")
		p.wantEffects(t, "a, b, undo b, undo a")
	})
}

// Waiting for an instance in attention returns at once, with the reason.
func TestWaitReturnsOnAttention(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty().says(saga.CallAction, "a", many(losesOrder, 100)...)
		d := def(p.step("a"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Customer: "kim"})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		s, err := d.Wait(ctx, e.Engine, "i")
		wantSaid(t, err, "order i", "needs attention", "in doubt", "connection reset")
		if s.Customer != "kim" {
			t.Errorf("Wait returns the state %+v", s)
		}
		after(t, time.Second)
		if counts, err := e.Count(t.Context()); err != nil || counts[saga.NeedsAttention] != 1 {
			t.Errorf("counts %v, error %v", counts, err)
		}
		found, err := e.Find(t.Context(), saga.Filter{Statuses: []saga.Status{saga.NeedsAttention}})
		if err != nil || len(found) != 1 || found[0].Reason != saga.InDoubt || found[0].Step != "a" {
			t.Errorf("found %+v, error %v", found, err)
		}
	})
}
