package saga_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A time that the deadline always cuts short is a mistake, and what to change is said. Where the
// deadline does not apply, any time will do.
func TestNewHoldsBudgetsToTheDeadline(t *testing.T) {
	undone := asks(plain("ask"), 48*time.Hour)
	replied := final(saga.ReadOnly, undone)
	replied.Compensation = nil
	slow := of(saga.Retriable, "mail")
	slow.Compensation, slow.Timeout = nil, time.Hour
	posted := asks(slow, 48*time.Hour)
	posted.Name = "post"
	rest := timer("rest", time.Hour)
	for _, c := range []struct {
		name string
		step saga.Step[cart]
		says []string // nothing if it is no mistake
	}{
		{"a default timeout", plain("pay"), []string{
			`step "pay": its timeout is that of Config.Timeout, 10s, and longer than the deadline 2s`, "give the step a shorter Timeout", "lengthen the Deadline"}},
		{"a wait before the pivot", replied, []string{`step "ask": its ReplyTimeout 48h0m0s is longer than the deadline 2s`, "shorten the ReplyTimeout or lengthen the Deadline"}},
		{"a wait for an undo as well", undone, nil},
		{"a timer", rest, nil},
		{"a call after the pivot", slow, nil},
		{"a wait after the pivot", posted, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := def(c.step)
			d.Deadline = 2 * time.Second
			if c.step.Kind == "" && c.says == nil {
				d.Steps[0].Timeout = time.Second
			}
			_, err := saga.New(memory.Open(), nil, d)
			if c.says == nil && err != nil {
				t.Errorf("it is no mistake: %v", err)
			}
			if c.says != nil {
				wantSaid(t, err, c.says...)
			}
		})
	}
}

// A group's own mistake hides none of its steps', and a policy's none of its others.
func TestOneMistakeHidesNoOther(t *testing.T) {
	nap := timer("nap", time.Hour)
	nap.Action, nap.Retry = nothing, saga.RetryPolicy{MaxAttempts: -1, Factor: 0.5}
	nap.ReplyTimeout = time.Hour
	inner := atOnce("inner", plain("x"), of("odd", "y"))
	inner.Timeout = time.Second
	outer := atOnce("outer", of(saga.Pivot, "pay"), inner)
	outer.Action = nothing
	_, err := saga.New(memory.Open(), nil, def(nap, outer, saga.Step[cart]{Steps: []saga.Step[cart]{plain("a/b")}}))
	wantSaid(t, err, `"nap" sleeps and has an Action`, "MaxAttempts is -1", "Factor is 0.5", `step "nap": a ReplyTimeout without a Reply`,
		`group "outer": a group has only`, `step "outer.pay": a pivot in a parallel group`,
		`group "outer.inner": a group has only`, `group "outer.inner": a parallel group within`, `step "outer.inner.y": unknown kind "odd"`,
		`group "": it needs a name`, `".a/b"`)
}

// Mistakes come in the order of the steps, under the name of their definition, which stands once.
func TestMistakesComeInTheOrderOfTheSteps(t *testing.T) {
	slow := plain("slow")
	slow.Timeout = 2 * time.Hour
	d := def(saga.Step[cart]{Name: "idle", Compensation: nothing}, slow, saga.Step[cart]{Name: "empty", Parallel: true},
		atOnce("g", plain("fine"), of(saga.Pivot, "p")), saga.Step[cart]{Name: "undoless", Action: nothing}, saga.Step[cart]{Name: "last", Compensation: nothing})
	d.Version, d.Deadline = 0, time.Hour
	_, err := saga.New(memory.Open(), nil, d)
	wantIs(t, err, saga.ErrInvalid)
	wantInOrder(t, err.Error(), `definition "order"`, "version is 0", `"idle" has no Action`, `"slow"`, `"empty"`, `"g.p"`, `"undoless"`, `"last" has no Action`)
	if n := strings.Count(err.Error(), "definition"); n != 1 {
		t.Errorf("the definition is named %d times:\n%v", n, err)
	}
}

func wantInOrder(t *testing.T, text string, parts ...string) {
	t.Helper()
	rest := text
	for _, part := range parts {
		i := strings.Index(rest, part)
		if i < 0 {
			t.Fatalf("%q is missing, or out of order, in\n%s", part, text)
		}
		rest = rest[i:]
	}
}

// A saga within a saga whose state nobody can find is a mistake of the definition, not of every call.
func TestNestNeedsAPart(t *testing.T) {
	part := func(t *tour) *charge { return &t.First }
	inner := saga.Nest[charge, charge](nil, saga.Step[charge]{Name: "hold", Action: hold, Compensation: hold}, saga.Step[charge]{Name: "check", Kind: saga.ReadOnly, Action: hold})
	for name, steps := range map[string][]saga.Step[tour]{
		"directly": saga.Nest[tour](nil, saga.Step[charge]{Name: "hold", Action: hold, Compensation: hold}),
		"a group":  saga.Nest[tour](nil, saga.Step[charge]{Name: "hold", Steps: []saga.Step[charge]{{Name: "x", Action: hold, Compensation: hold}}}),
		"nested":   saga.Nest(part, inner...),
	} {
		d := saga.Definition[tour]{Name: "tour", Version: 1, Steps: []saga.Step[tour]{{Name: "pay", Steps: steps}}}
		_, err := saga.New(memory.Open(), nil, d)
		wantIs(t, err, saga.ErrInvalid)
		wantSaid(t, err, `"pay.hold`, "saga.Nest", "returns a pointer to the field")
		t.Log(name)
	}
}

func hold(context.Context, *charge, saga.Attempt) error { return nil }

// Describe says what New says of the same definitions.
func TestDescribeSaysWhatNewSays(t *testing.T) {
	slow := plain("slow")
	slow.Timeout = time.Hour
	hasty := def(slow)
	hasty.Name, hasty.Deadline = "hasty", time.Minute
	d := def(plain("pay"))
	_, err := saga.Describe(d, d, hasty)
	wantIs(t, err, saga.ErrInvalid)
	wantSaid(t, err, `definition "order" version 1 is given twice`, `its timeout 1h0m0s is longer than the deadline 1m0s`)
}
