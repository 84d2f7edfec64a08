package saga_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// many repeats an answer.
func many(answer string, times int) []string { return slices.Repeat([]string{answer}, times) }

func TestUndoInReverseOfWhatTookEffect(t *testing.T) {
	for name, c := range map[string]struct {
		says    func(p *party)
		status  saga.Status
		effects string
		marks   []saga.Mark
	}{
		"the last is refused": {func(p *party) { p.says(saga.CallAction, "d", refuses) },
			saga.Compensated, "a, b, c, undo c, undo b, undo a",
			[]saga.Mark{saga.TakenBack, saga.TakenBack, saga.TakenBack, saga.NeverDone}},
		"one in the middle is refused": {func(p *party) { p.says(saga.CallAction, "c", notYet, refuses) },
			saga.Compensated, "a, b, undo b, undo a",
			[]saga.Mark{saga.TakenBack, saga.TakenBack, saga.NeverDone, saga.NotStarted}},
		"the first is refused": {func(p *party) { p.says(saga.CallAction, "a", refuses) },
			saga.Failed, "", []saga.Mark{saga.NeverDone, saga.NotStarted, saga.NotStarted, saga.NotStarted}},
		"the first is not done too often": {func(p *party) { p.says(saga.CallAction, "a", many(notYet, 5)...) },
			saga.Failed, "", []saga.Mark{saga.NotStarted, saga.NotStarted, saga.NotStarted, saga.NotStarted}},
		"undos that are slow": {func(p *party) {
			p.says(saga.CallAction, "d", refuses).says(saga.CallCompensation, "c", notYet, losesOrder, losesReply).says(saga.CallCompensation, "a", panics)
		}, saga.Compensated, "a, b, c, undo c, undo b, undo a",
			[]saga.Mark{saga.TakenBack, saga.TakenBack, saga.TakenBack, saga.NeverDone}},
	} {
		for kind, make := range map[string]func(saga.Step[cart]) saga.Step[cart]{
			"durable per step": func(st saga.Step[cart]) saga.Step[cart] { return st }, "replayable": replayable,
		} {
			t.Run(name+", "+kind, func(t *testing.T) {
				p := newParty()
				c.says(p)
				d := def(make(p.fenced("a")), make(p.asked("b")), make(p.step("c")), make(final(saga.Pivot, p.fenced("d"))))
				play(t, d, func(t *testing.T, e started, in saga.Instance) {
					wantStatus(t, in, c.status, "")
					wantMarks(t, in, c.marks...)
					p.wantEffects(t, c.effects)
					if in.Detail == "" {
						t.Error("it does not say why it turned back")
					}
				})
			})
		}
	}
}

// A refusal that follows a lost attempt is not the whole truth: that attempt may still arrive.
func TestRefusalAfterAnUnknown(t *testing.T) {
	for name, c := range map[string]struct {
		step    func(p *party) saga.Step[cart]
		calls   string
		status  saga.Status
		reason  saga.Reason
		effects string
	}{
		"is fenced": {func(p *party) saga.Step[cart] {
			p.says(saga.CallProbe, "b", notYet)
			return p.fenced("b")
		}, "action a, action b, probe b, action b, fence b, compensation a", saga.Compensated, "", "a, undo a"},
		"is probed": {func(p *party) saga.Step[cart] {
			p.says(saga.CallProbe, "b", notYet)
			return p.asked("b")
		}, "action a, action b, probe b, action b, probe b, compensation a", saga.Compensated, "", "a, undo a"},
		"is the truth at one who keeps records": {func(p *party) saga.Step[cart] {
			return replayable(p.step("b"))
		}, "action a, action b, action b, compensation a", saga.Compensated, "", "a, undo a"},
		"cannot be settled": {func(p *party) saga.Step[cart] {
			return p.step("b")
		}, "action a, action b, action b", saga.NeedsAttention, saga.CannotFence, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty().says(saga.CallAction, "b", losesOrder, refuses)
			play(t, def(p.step("a"), c.step(p)), func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, c.status, c.reason)
				p.wantCalls(t, c.calls)
				p.wantEffects(t, c.effects)
			})
		})
	}
}

// within is a definition with a deadline of a minute, and steps with a long patience.
func within(steps ...saga.Step[cart]) saga.Definition[cart] {
	d := def(steps...)
	d.Deadline = time.Minute
	for i := range d.Steps {
		d.Steps[i].Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: 10 * time.Second, Factor: 1}
	}
	return d
}

func TestDeadline(t *testing.T) {
	for name, c := range map[string]struct {
		def     func(p *party) saga.Definition[cart]
		status  saga.Status
		reason  saga.Reason
		effects string
		last    string // calls after the deadline
	}{
		"while a step is not done": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(notYet, 1000)...)
			return within(p.step("a"), p.step("b"))
		}, saga.Compensated, "", "a, undo a", "compensation a"},
		"while the first step is not done": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "a", many(notYet, 1000)...)
			return within(p.step("a"))
		}, saga.Failed, "", "", "action a"},
		"an unknown step is fenced first": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesOrder).says(saga.CallProbe, "b", many(losesReply, 1000)...).says(saga.CallFence, "b", losesOrder, notYet)
			return within(p.step("a"), p.fenced("b"))
		}, saga.Compensated, "", "a, undo a", "fence b, fence b, fence b, compensation a"},
		"an unknown step that the fence finds is undone": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesReply, 1000)...)
			return within(p.step("a"), p.fenced("b"))
		}, saga.Compensated, "", "a, b, undo b, undo a", "fence b, compensation b, compensation a"},
		"an undo at one who keeps records is the fence": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(losesOrder, 1000)...)
			return within(p.step("a"), replayable(p.step("b")))
		}, saga.Compensated, "", "a, undo a", "compensation b, compensation a"},
		"an unknown step that can only be asked waits for a yes or a no": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesOrder).says(saga.CallProbe, "b", append(many(losesReply, 5), notYet, notYet, refuses)...)
			d := within(p.step("a"), p.asked("b"))
			d.Steps[1].Retry.Initial = 13 * time.Second
			return d
		}, saga.Compensated, "", "a, undo a", "probe b, compensation a"},
		"an unknown step that cannot be settled": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", many(losesReply, 1000)...)
			return within(p.step("a"), p.step("b"))
		}, saga.NeedsAttention, saga.CannotFence, "a, b", "action b"},
		"an unknown pivot is asked until it is known, and was done": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", many(losesOrder, 20)...)
			return within(p.step("a"), final(saga.Pivot, p.asked("b")), final(saga.Retriable, p.step("c")))
		}, saga.Completed, "", "a, b, c", "probe b, action c"},
		"an unknown pivot is asked until it is known, and was not done": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "b", losesOrder).says(saga.CallProbe, "b", append(many(losesOrder, 20), refuses)...)
			return within(p.step("a"), final(saga.Pivot, p.asked("b")), final(saga.Retriable, p.step("c")))
		}, saga.Compensated, "", "a, undo a", "probe b, compensation a"},
		"after the pivot it no longer counts": {func(p *party) saga.Definition[cart] {
			p.says(saga.CallAction, "c", many(notYet, 20)...)
			return within(p.step("a"), final(saga.Pivot, p.step("b")), final(saga.Retriable, p.step("c")))
		}, saga.Completed, "", "a, b, c", "action c, action c"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			play(t, c.def(p), func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, c.status, c.reason)
				p.wantEffects(t, c.effects)
				if got := strings.Join(p.called(), ", "); !strings.HasSuffix(got, c.last) {
					t.Errorf("calls: %s\n  want them to end with: %s", got, c.last)
				}
				if in.Deadline.Sub(in.Started) != time.Minute {
					t.Errorf("the deadline is %v after the start", in.Deadline.Sub(in.Started))
				}
			})
		})
	}
}

// A call that is under way when the deadline passes is heard first; then its effect is undone.
func TestDeadlineDuringACall(t *testing.T) {
	p := newParty()
	lasting := func(st saga.Step[cart], d time.Duration) saga.Step[cart] {
		act := st.Action
		st.Timeout = time.Minute
		st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
			<-time.After(d)
			return act(ctx, c, a)
		}
		return st
	}
	d := within(lasting(p.step("a"), 30*time.Second), lasting(p.step("b"), 50*time.Second), p.step("c"))
	play(t, d, func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Compensated, "")
		p.wantCalls(t, "action a, action b, compensation b, compensation a")
		if !strings.Contains(in.Detail, "deadline") {
			t.Errorf("it does not say why it turned back: %q", in.Detail)
		}
	})
}

// The history says that it was the deadline.
func TestTurningBackByDeadlineIsRecorded(t *testing.T) {
	p := newParty().says(saga.CallAction, "b", many(notYet, 1000)...)
	play(t, within(p.step("a"), p.step("b")), func(t *testing.T, e started, in saga.Instance) {
		var turned []saga.Event
		for _, ev := range history(t, e, "i") {
			if ev.Kind == saga.EventTurned {
				turned = append(turned, ev)
			}
		}
		if len(turned) != 1 || turned[0].Status != saga.Compensating || turned[0].Open != "a" {
			t.Errorf("turned: %+v", turned)
		}
		if late := turned[0].At.Sub(in.Deadline); late < 0 || late > 2*time.Second {
			t.Errorf("it turned %v after the deadline", late)
		}
	})
}
