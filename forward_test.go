package saga_test

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

func TestEveryStepInOrder(t *testing.T) {
	p := newParty()
	d := def(p.step("a"), p.asked("b"), final(saga.Pivot, p.step("c")), final(saga.Retriable, p.step("d")))
	play(t, d, func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Completed, "")
		wantMarks(t, in, saga.InEffect, saga.InEffect, saga.InEffect, saga.InEffect)
		p.wantCalls(t, "action a, action b, action c, action d")
		if in.Step != "" || in.Call != "" || in.Back || !in.Due.IsZero() || in.Detail != "" || in.Version != 1 || in.Definition != "order" {
			t.Errorf("an ended instance still has something open: %+v", in)
		}
		if in.Since != in.Updated || in.Started.After(in.Since) || in.Started.Location() != time.UTC {
			t.Errorf("times: %v, %v, %v", in.Started, in.Since, in.Updated)
		}
	})
}

// What the forward calls are for each way in which a participant may answer.
func TestForwardByAnswers(t *testing.T) {
	for name, c := range map[string]struct {
		step  func(p *party) saga.Step[cart]
		says  func(p *party)
		calls string
		marks saga.Mark
	}{
		"not done is asked again": {
			func(p *party) saga.Step[cart] { return p.fenced("b") },
			func(p *party) { p.says(saga.CallAction, "b", notYet, notYet, notYet) },
			"action b, action b, action b, action b", saga.InEffect},
		"unknown without a probe is repeated": {
			func(p *party) saga.Step[cart] { return p.step("b") },
			func(p *party) { p.says(saga.CallAction, "b", losesReply, losesOrder) },
			"action b, action b, action b", saga.InEffect},
		"unknown with a probe that finds it": {
			func(p *party) saga.Step[cart] { return p.asked("b") },
			func(p *party) { p.says(saga.CallAction, "b", losesReply) },
			"action b, probe b", saga.InEffect},
		"unknown with a probe that finds nothing": {
			func(p *party) saga.Step[cart] { return p.asked("b") },
			func(p *party) { p.says(saga.CallAction, "b", losesOrder) },
			"action b, probe b, action b", saga.InEffect},
		"unknown with a probe that is silent at first": {
			func(p *party) saga.Step[cart] { return p.asked("b") },
			func(p *party) {
				p.says(saga.CallAction, "b", losesReply).says(saga.CallProbe, "b", losesReply, losesOrder)
			},
			"action b, probe b, probe b, probe b", saga.InEffect},
		"unknown with a probe that says never": {
			func(p *party) saga.Step[cart] { return p.asked("b") },
			func(p *party) {
				p.says(saga.CallAction, "b", losesOrder).says(saga.CallProbe, "b", refuses)
			},
			"action b, probe b", saga.NeverDone},
		"a panic is unknown": {
			func(p *party) saga.Step[cart] { return p.asked("b") },
			func(p *party) {
				p.says(saga.CallAction, "b", panics).says(saga.CallProbe, "b", panics)
			},
			"action b, probe b, probe b, action b", saga.InEffect},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty()
			c.says(p)
			play(t, def(p.step("a"), c.step(p)), func(t *testing.T, e started, in saga.Instance) {
				if c.marks == saga.InEffect {
					wantStatus(t, in, saga.Completed, "")
					wantMarks(t, in, saga.InEffect, saga.InEffect)
					p.wantEffects(t, "a, b")
					p.wantCalls(t, "action a, "+c.calls)
					return
				}
				wantStatus(t, in, saga.Compensated, "")
				wantMarks(t, in, saga.TakenBack, c.marks)
				p.wantEffects(t, "a, undo a")
				p.wantCalls(t, "action a, "+c.calls+", compensation a")
			})
		})
	}
}

// All calls about one effect carry one key, and are counted from 1.
func TestKeyAndNumberOverAttempts(t *testing.T) {
	p := newParty().says(saga.CallAction, "a", notYet, losesOrder, works).says(saga.CallProbe, "a", losesReply).
		says(saga.CallAction, "b", refuses).says(saga.CallCompensation, "a", losesReply, notYet)
	play(t, def(p.asked("a"), p.step("b")), func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Compensated, "")
		want := []string{
			"i/a 1", "i/a 2", "i/a 3", "i/a 4", "i/a 5", // action, action, probe, probe, action
			"i/b 1", "i/a~undo 1", "i/a~undo 2", "i/a~undo 3",
		}
		for i, a := range p.attempts {
			if got := fmt.Sprint(a.Key, " ", a.Number); i >= len(want) || got != want[i] {
				t.Errorf("call %d is %s, want %v", i, got, want[min(i, len(want)-1):])
			}
		}
		p.wantCalls(t, "action a, action a, probe a, probe a, action a, action b, compensation a, compensation a, compensation a")
	})
}

// A step that must finish asks anew under a new round after a definite no, and under no other
// circumstances.
func TestRoundsGrowOnlyAfterADefiniteNo(t *testing.T) {
	p := newParty().says(saga.CallAction, "b", refuses, losesOrder, notYet, works).says(saga.CallProbe, "b", refuses)
	b := final(saga.Retriable, p.asked("b"))
	play(t, def(p.step("a"), b), func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Completed, "")
		p.wantCalls(t, "action a, action b, action b, probe b, action b, action b")
		var keys []string
		for _, a := range p.attempts[1:] {
			keys = append(keys, a.Key.String())
		}
		if got := fmt.Sprint(keys); got != "[i/b i/b~1 i/b~1 i/b~2 i/b~2]" {
			t.Errorf("keys: %s", got)
		}
		if in.Steps[1].Round != 2 || in.Steps[0].Round != 0 {
			t.Errorf("rounds: %+v", in.Steps)
		}
	})
}

func TestBackoffGrowsToItsLimit(t *testing.T) {
	p := newParty()
	p.says(saga.CallAction, "a", notYet, notYet, notYet, notYet, notYet, notYet, works)
	st := p.step("a")
	st.Retry = saga.RetryPolicy{MaxAttempts: 10, Initial: time.Second, Max: 4 * time.Second, Factor: 2}
	var at []time.Time
	act := st.Action
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		at = append(at, time.Now())
		return act(ctx, c, a)
	}
	play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.Completed, "")
		for i, full := range []time.Duration{1, 2, 4, 4, 4, 4} {
			full *= time.Second
			wait := at[i+1].Sub(at[i])
			// A long wait ends with the next poll of a second.
			if wait < full/2 || wait > full+time.Second {
				t.Errorf("wait %d is %v, want %v to %v", i+1, wait, full/2, full)
			}
		}
	})
}

// Instances that failed together do not come back together.
func TestBackoffIsSpreadOverInstances(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.step("a")
		var mu sync.Mutex
		second := map[time.Duration]int{}
		began := time.Now()
		st.Action = func(_ context.Context, _ *cart, a saga.Attempt) error {
			if a.Number == 1 {
				return saga.NotDone
			}
			mu.Lock()
			defer mu.Unlock()
			second[time.Since(began).Truncate(5*time.Millisecond)]++
			return nil
		}
		d := def(st)
		e := run(t, store, nil, d)
		for n := range 100 {
			start(t, e, d, fmt.Sprint("order-", n), cart{})
		}
		for n := range 100 {
			ends(t, e, d, fmt.Sprint("order-", n))
		}
		if len(second) < 8 {
			t.Errorf("second attempts by time: %v", second)
		}
	})
}

// When nothing was done in all attempts, there is nothing to fence.
func TestBudgetUsedUp(t *testing.T) {
	five := []string{notYet, notYet, notYet, notYet, notYet, notYet}
	lost := []string{losesOrder, losesOrder, losesOrder, losesOrder, losesOrder, losesOrder}
	for name, c := range map[string]struct {
		says    []string
		kind    saga.Kind
		status  saga.Status
		reason  saga.Reason
		calls   int
		effects string
	}{
		"compensatable, not done": {five, saga.Compensatable, saga.Compensated, "", 5, "a, undo a"},
		"pivot, not done":         {five, saga.Pivot, saga.Compensated, "", 5, "a, undo a"},
		"retriable, not done":     {five, saga.Retriable, saga.NeedsAttention, saga.CannotFinish, 5, "a"},
		"compensatable, unknown":  {lost, saga.Compensatable, saga.NeedsAttention, saga.InDoubt, 5, "a"},
		"pivot, unknown":          {lost, saga.Pivot, saga.NeedsAttention, saga.InDoubt, 5, "a"},
		"retriable, unknown":      {lost, saga.Retriable, saga.NeedsAttention, saga.InDoubt, 5, "a"},
	} {
		t.Run(name, func(t *testing.T) {
			p := newParty().says(saga.CallAction, "b", c.says...)
			b := p.step("b")
			if c.kind != saga.Compensatable {
				b = final(c.kind, b)
			}
			play(t, def(p.step("a"), b), func(t *testing.T, e started, in saga.Instance) {
				wantStatus(t, in, c.status, c.reason)
				p.wantEffects(t, c.effects)
				calls := 0
				for _, call := range p.called() {
					if call == "action b" {
						calls++
					}
				}
				if calls != c.calls {
					t.Errorf("b was called %d times, want %d", calls, c.calls)
				}
				if in.Detail == "" {
					t.Error("it does not say what was said last")
				}
			})
		})
	}
}

// Steps of different instances do not wait for each other, up to Config.Concurrency.
func TestConcurrencyBoundsTheCallsUnderWay(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var now, most gauge
		st := newParty().step("a")
		st.Action = func(context.Context, *cart, saga.Attempt) error {
			most.atLeast(now.add(1))
			<-time.After(time.Second)
			now.add(-1)
			return nil
		}
		c := quietly()
		c.Concurrency = 3
		d := def(st)
		e := run(t, store, c, d)
		for n := range 10 {
			start(t, e, d, fmt.Sprint("i", n), cart{})
		}
		for n := range 10 {
			wantStatus(t, ends(t, e, d, fmt.Sprint("i", n)), saga.Completed, "")
		}
		if got := most.add(0); got != 3 {
			t.Errorf("%d calls at once, want 3", got)
		}
	})
}
