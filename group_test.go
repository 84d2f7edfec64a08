package saga_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// atOnce is a parallel group.
func atOnce(name string, steps ...saga.Step[cart]) saga.Step[cart] {
	return saga.Step[cart]{Name: name, Parallel: true, Steps: steps}
}

// inOrder is a branch of several steps.
func inOrder(name string, steps ...saga.Step[cart]) saga.Step[cart] {
	return saga.Step[cart]{Name: name, Steps: steps}
}

// taking makes a step's action take a while, and notes when it began and ended.
func (l *laps) taking(st saga.Step[cart], d time.Duration) saga.Step[cart] {
	act := st.Action
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		l.note("begins " + a.Key.Step)
		<-time.After(d)
		err := act(ctx, c, a)
		l.note("ends " + a.Key.Step)
		return err
	}
	return st
}

// laps is what happened, in order.
type laps struct {
	mu   sync.Mutex
	list []string
}

func (l *laps) note(what string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.list = append(l.list, what)
}

func (l *laps) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Join(l.list, ", ")
}

// The branches of a group run at once, each in its own order, and what follows waits for all of them.
func TestBranchesRunAtOnce(t *testing.T) {
	for name, kind := range map[string]func(saga.Step[cart]) saga.Step[cart]{
		"durable per step": func(st saga.Step[cart]) saga.Step[cart] { return st }, "replayable": replayable,
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p, l := newParty(), &laps{}
				d := def(kind(p.step("a")), atOnce("g",
					l.taking(kind(p.step("b")), 3*time.Second),
					inOrder("h", l.taking(kind(p.step("c")), time.Second), l.taking(kind(p.step("d")), time.Second)),
				), kind(p.step("e")))
				e := run(t, store, nil, d)
				began := time.Now()
				start(t, e, d, "i", cart{})
				synctest.Wait()
				in := now(t, e, "i")
				if !in.Steps[1].Open || !in.Steps[2].Open || in.Steps[3].Open || in.Steps[4].Open {
					t.Errorf("open are %+v; want g.b and g.h.c", in.Steps)
				}
				after(t, 10*time.Second)
				wantStatus(t, now(t, e, "i"), saga.Completed, "")
				p.wantEffects(t, "a, g.h.c, g.h.d, g.b, e")
				if took := now(t, e, "i").Updated.Sub(began); took > 3500*time.Millisecond {
					t.Errorf("it took %v; the branches did not run at once", took)
				}
				p.wantEffects(t, "a, g.h.c, g.h.d, g.b, e")
			})
		})
	}
}

// A refusal lets the calls under way answer, calls nothing else, and undoes then, in reverse.
func TestARefusalLetsTheSiblingsSettle(t *testing.T) {
	for how, want := range map[string]struct {
		effects string
		mark    saga.Mark
	}{
		works:      {"a, g.d, g.b, undo g.d, undo g.b, undo a", saga.TakenBack},
		losesReply: {"a, g.d, g.b, undo g.d, undo g.b, undo a", saga.TakenBack},
		losesOrder: {"a, g.d, undo g.d, undo a", saga.NeverDone},
		notYet:     {"a, g.d, undo g.d, undo a", saga.NotStarted},
		refuses:    {"a, g.d, undo g.d, undo a", saga.NeverDone},
	} {
		t.Run(how, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p, l := newParty(), &laps{}
				p.says(saga.CallAction, "g.b", how).says(saga.CallAction, "g.c", refuses)
				d := def(p.step("a"), atOnce("g",
					inOrder("", l.taking(p.fenced("b"), 5*time.Second))), p.step("z"))
				d.Steps[1].Steps = []saga.Step[cart]{
					l.taking(p.fenced("b"), 5*time.Second),
					l.taking(p.fenced("c"), 2*time.Second),
					l.taking(p.fenced("d"), time.Second),
				}
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, 3*time.Second)
				in := now(t, e, "i")
				if in.Status != saga.Compensating || in.Step != "g.b" {
					t.Errorf("it is %s at %s; want it to go back once g.b has answered", in.Status, in.Step)
				}
				if strings.Contains(l.String(), "undo") || strings.Contains(strings.Join(p.called(), ","), "compensation") {
					t.Errorf("something was undone before all had answered: %v", p.called())
				}
				after(t, time.Minute)
				in = now(t, e, "i")
				wantStatus(t, in, saga.Compensated, "")
				wantMarks(t, in, saga.TakenBack, want.mark, saga.NeverDone, saga.TakenBack, saga.NotStarted)
				p.wantEffects(t, want.effects)
				if how != losesOrder && !strings.Contains(in.Detail, "sold out") { // there the fence said the last no
					t.Errorf("it says %q, not why it turned back", in.Detail)
				}
			})
		})
	}
}

// A branch that waits for a person holds up neither the others nor the way back.
func TestABranchWaitsForAPerson(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(atOnce("g", asks(pending(p.fenced("a")), 48*time.Hour), inOrder("h", p.step("b"), p.step("c"))), p.step("z"))
		e, other := run(t, store, nil, d), run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		start(t, e, d, "j", cart{})
		after(t, time.Hour)
		in := now(t, e, "i")
		if in.Step != "g.a" || !in.Waits || in.Node != "" || in.Steps[2].Mark != saga.InEffect {
			t.Fatalf("it stands as %+v; want it to wait for g.a without a node", in)
		}
		if err := other.Deliver(t.Context(), to("i", "g.a", saga.Succeeded), to("j", "g.a", saga.Refused)); err != nil {
			t.Fatal(err)
		}
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		wantStatus(t, now(t, e, "j"), saga.Compensated, "")
	})
}

// What each branch changes joins the state; a step of one branch sees what others have changed by then.
func TestBranchesJoinTheirResults(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		total, refs := p.step("a"), p.step("b")
		total.Action = func(_ context.Context, c *cart, _ saga.Attempt) error {
			<-time.After(time.Second)
			c.Total++
			return nil
		}
		refs.Action = func(_ context.Context, c *cart, _ saga.Attempt) error {
			<-time.After(2 * time.Second)
			c.Items = append(c.Items, "b")
			return nil
		}
		last := p.step("c")
		last.Action = func(_ context.Context, c *cart, _ saga.Attempt) error {
			if c.Total != 42 || len(c.Items) != 1 {
				return errors.New("not joined")
			}
			c.Total *= 2
			return nil
		}
		d := def(atOnce("g", total, refs), last)
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Total: 41, Customer: "kim"})
		s, err := d.Wait(t.Context(), e.Engine, "i")
		if err != nil || s.Total != 84 || len(s.Items) != 1 || s.Customer != "kim" {
			t.Errorf("the state is %+v, %v", s, err)
		}
	})
}

// Two branches that change one field: neither overwrites the other, and a person is told which two.
// It does not depend on which of them is faster, or on whether they overlapped at all.
func TestTwoBranchesChangeOneField(t *testing.T) {
	for name, first := range map[string]string{"one after the other": notYet, "at once": works} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty().says(saga.CallAction, "g.b", first)
				sets := func(st saga.Step[cart], to string, d time.Duration) saga.Step[cart] {
					act := st.Action
					st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
						<-time.After(d)
						c.Customer = to
						return act(ctx, c, a)
					}
					return st
				}
				d := def(p.step("z"), atOnce("g", sets(p.fenced("a"), "kim", 0), sets(p.fenced("b"), "lee", time.Second)), p.step("y"))
				d.LeaveInDoubt = true
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, time.Hour)
				in := now(t, e, "i")
				wantStatus(t, in, saga.NeedsAttention, saga.StateClash)
				for _, want := range []string{"g.a", "g.b", "Customer"} {
					if !strings.Contains(in.Detail, want) {
						t.Errorf("it says %q, not %s", in.Detail, want)
					}
				}
				operate(t, e, "i", saga.Compensate)
				after(t, time.Minute)
				wantStatus(t, now(t, e, "i"), saga.Compensated, "")
				p.wantEffects(t, "z, g.a, g.b, undo g.b, undo g.a, undo z")
			})
		})
	}
}

// operate makes an intervention at one instance.
func operate(t *testing.T, e started, id string, v saga.Verb) {
	t.Helper()
	preview, err := e.Preview(t.Context(), saga.Intervention{Verb: v, Filter: saga.Filter{IDs: []string{id}}, By: "kim", Reason: "test"})
	if err != nil {
		t.Fatal(err)
	}
	results, err := e.Apply(t.Context(), preview)
	if err != nil || len(results) != 1 || results[0].Err != nil {
		t.Fatalf("%s: %+v, %v", v, results, err)
	}
}

// The deadline turns a group back while a branch is being called, and strands nothing.
func TestTheDeadlineOfAGroup(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p, l := newParty(), &laps{}
		p.says(saga.CallAction, "g.a", many(notYet, 1000)...)
		d := def(p.step("z"), atOnce("g", p.fenced("a"), inOrder("h", l.taking(p.fenced("b"), 20*time.Second), p.step("c"))))
		d.Steps[1].Steps[0].Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: time.Second, Max: time.Second}
		d.Steps[1].Steps[1].Steps[0].Timeout = 25 * time.Second
		d.Deadline = 30 * time.Second
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, 15*time.Second)
		wantStatus(t, now(t, e, "i"), saga.Running, "")
		after(t, time.Minute)
		in := now(t, e, "i")
		wantStatus(t, in, saga.Compensated, "")
		p.wantEffects(t, "z, g.h.b, g.h.c, undo g.h.c, undo g.h.b, undo z")
	})
}

// A branch that needs a person does not hold up the others; once it is settled, the group goes on.
func TestABranchNeedsAttention(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		p.says(saga.CallAction, "g.a", many(losesOrder, 100)...).says(saga.CallProbe, "g.a", many(losesOrder, 100)...)
		d := def(atOnce("g", p.asked("a"), inOrder("h", p.step("b"), p.step("c"))), p.step("z"))
		d.LeaveInDoubt = true
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Hour)
		in := now(t, e, "i")
		wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
		wantMarks(t, in, saga.MaybeDone, saga.InEffect, saga.InEffect, saga.NotStarted)
		operate(t, e, "i", saga.Skip)
		after(t, time.Minute)
		in = now(t, e, "i")
		wantStatus(t, in, saga.Completed, "")
		wantMarks(t, in, saga.Skipped, saga.InEffect, saga.InEffect, saga.InEffect)
	})
}

// Two branches are in doubt, and a person knows of the second only.
func TestAPersonNamesTheBranch(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		for _, step := range []string{"g.a", "g.b"} {
			p.says(saga.CallAction, step, many(losesOrder, 100)...).says(saga.CallProbe, step, many(losesOrder, 100)...)
		}
		d := def(atOnce("g", p.asked("a"), p.asked("b")), p.step("z"))
		d.LeaveInDoubt = true
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Hour)
		settle := func(step string) saga.Result {
			i := onInstance(saga.Resolve)
			i.Step, i.Outcome = step, saga.Succeeded
			pre := preview(t, e.Engine, i)
			if pre.Effects[0].Refused != nil {
				return saga.Result{Err: pre.Effects[0].Refused}
			}
			return apply(t, e.Engine, pre)
		}
		for _, step := range []string{"z", "g", "nonsense"} {
			wantIs(t, settle(step).Err, saga.ErrInvalid)
			wantSaid(t, settle(step).Err, step, "g.a", "g.b")
		}
		wantIs(t, settle("g.b").Err, nil)
		in := now(t, e, "i")
		wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
		wantMarks(t, in, saga.MaybeDone, saga.InEffect, saga.NotStarted)
		if in.Hand.Step != "g.b" || in.Step != "g.a" {
			t.Errorf("the history says that %s was settled, and %s is open", in.Hand.Step, in.Step)
		}
		wantIs(t, settle("g.b").Err, saga.ErrInvalid) // it is not open any more
		wantIs(t, settle("").Err, nil)
		after(t, time.Minute)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
	})
}

// charge is a saga of its own, used within others.
type charge struct {
	Amount int
	Ref    string
}

type tour struct {
	Name   string
	First  charge
	Second charge
}

func chargeOf(refuse *bool, log *laps) []saga.Step[charge] {
	return []saga.Step[charge]{
		{Name: "hold", Action: func(_ context.Context, c *charge, a saga.Attempt) error {
			c.Ref = a.Key.String()
			log.note("hold " + a.Key.Step)
			return nil
		}, Compensation: func(_ context.Context, c *charge, a saga.Attempt) error {
			log.note("release " + c.Ref)
			return nil
		}},
		{Name: "check", Kind: saga.ReadOnly, When: func(c charge) bool { return c.Amount > 10 },
			Action: func(_ context.Context, c *charge, a saga.Attempt) error {
				if *refuse {
					return saga.Refused
				}
				return nil
			}},
	}
}

// The end of a saga within a saga is its group's outcome, and its own compensations undo it. Two may run
// at once, each in a field of its own.
func TestASagaWithinASaga(t *testing.T) {
	for name, refuse := range map[string]bool{"succeeds": false, "is refused": true} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				log := &laps{}
				no := false
				first := saga.Nest(func(t *tour) *charge { return &t.First }, chargeOf(&no, log)...)
				second := saga.Nest(func(t *tour) *charge { return &t.Second }, chargeOf(&refuse, log)...)
				d := saga.Definition[tour]{Name: "tour", Version: 1, Steps: []saga.Step[tour]{
					{Name: "pay", Parallel: true, Steps: []saga.Step[tour]{{Name: "first", Steps: first}, {Name: "second", Steps: second}}},
				}}
				e := run(t, store, nil, d)
				_, err := d.Start(t.Context(), e.Engine, "t", tour{First: charge{Amount: 5}, Second: charge{Amount: 50}})
				if err != nil {
					t.Fatal(err)
				}
				s, err := d.Wait(t.Context(), e.Engine, "t")
				in := now(t, e, "t")
				if refuse {
					wantStatus(t, in, saga.Compensated, "")
					if got := log.String(); !strings.HasSuffix(got, "release t/pay.second.hold, release t/pay.first.hold") {
						t.Errorf("what happened: %s", got)
					}
					return
				}
				wantMarks(t, in, saga.InEffect, saga.PassedOver, saga.InEffect, saga.InEffect)
				if err != nil || s.First.Ref != "t/pay.first.hold" || s.Second.Ref != "t/pay.second.hold" {
					t.Errorf("the state is %+v, %v", s, err)
				}
			})
		})
	}
}

// Every mistake in the making of a group is told, with what to change.
func TestMistakesInGroups(t *testing.T) {
	p := newParty()
	d := def(
		saga.Step[cart]{Name: "empty", Parallel: true},
		saga.Step[cart]{Name: "acts", Action: p.step("a").Action, Steps: []saga.Step[cart]{p.step("a")}},
		saga.Step[cart]{Name: "times", Timeout: time.Second, Steps: []saga.Step[cart]{p.step("b")}},
		saga.Step[cart]{Steps: []saga.Step[cart]{p.step("c")}},
		atOnce("outer", p.step("d"), atOnce("inner", p.step("e"), p.step("f"))),
		atOnce("pivots", p.step("g"), final(saga.Pivot, p.fenced("h"))),
		atOnce("waits", p.step("i"), asks(pending(p.step("j")), time.Hour)),
	)
	_, err := saga.New(memory.Open(), nil, d)
	for _, want := range []string{
		`"empty": it has no steps`, `"acts": a group has only`, `"times": a group has only`, `"": it needs a name`,
		`"outer.inner": a parallel group within`, `"pivots.h": a pivot in a parallel group`, `"waits.j": it waits for a reply in a parallel group`,
	} {
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("nobody is told %s: %v", want, err)
		}
	}
	mixed := def(atOnce("g", p.step("a"), final(saga.Retriable, p.step("b"))))
	if _, err := saga.New(memory.Open(), nil, mixed); err == nil || !strings.Contains(err.Error(), `"g.b": a retriable step beside others`) {
		t.Errorf("mixed kinds: %v", err)
	}
}
