package saga

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// othersOf is what stateOf compares of the steps that are open beside the first.
func othersOf(in *instance) (out string) {
	for _, t := range in.Others {
		out += fmt.Sprintf("%d %s %d %t %t %t %s;", t.Step, t.Call, min(t.Calls, 3), t.Due.IsZero(), t.Still, t.Waits, t.Reason)
	}
	return out
}

// whileOthersAreCalled adds to each event the same one while all other open steps are being called.
func whileOthersAreCalled(in *instance, events []happened) []happened {
	if len(in.Others) == 0 {
		return events
	}
	for _, h := range slices.Clone(events) {
		for i := range in.width() {
			if step := in.nth(i).Step; !h.ofStep() || step != h.step {
				h.busy = append(h.busy, step)
			}
		}
		events = append(events, h)
	}
	return events
}

func stillAll(in *instance) bool {
	_, ever := in.wakes()
	return !ever
}

// threadsFault says what is wrong with what is open, if anything is.
func threadsFault(sh *Shape, in *instance) string {
	if why := in.progress.fault(); why != "" {
		return why
	}
	if !in.live() {
		if len(in.Others) > 0 || in.Turns {
			return "something is open at its end"
		}
		return ""
	}
	attention := false
	lanes := map[lane]bool{}
	for i := range in.width() {
		t := in.nth(i)
		attention = attention || t.Reason != ""
		lanes[lane{sh.Steps[t.Step].Group, sh.Steps[t.Step].Branch}] = true
		switch {
		case t.Still && t.Reason == "":
			return "silent: it will not move and nobody is told"
		case t.Waits && (t.Due.IsZero() && !in.Turns || t.Still || t.Call == "" || !sh.Steps[t.Step].Reply && !sh.Steps[t.Step].Sleep):
			return "it waits for ever, or for nothing"
		case sh.Steps[t.Step].Group != sh.Steps[in.Step].Group:
			return "steps of two groups are open at once"
		case in.Turns && (t.Call == CallCompensation || !in.Back):
			return "an undo before all calls have answered"
		}
	}
	switch {
	case attention != (in.Status == NeedsAttention):
		return "its status hides what stands still, or asks for nothing"
	case len(lanes) != in.width():
		return "two steps of one line are open"
	case len(in.Others) > 0 && in.Back && !in.Turns:
		return "it goes back, and something else is open"
	}
	for i := range sh.Steps {
		open := lanes[lane{sh.Steps[i].Group, sh.Steps[i].Branch}]
		if g := sh.Steps[i].Group; g != 0 && g == sh.Steps[in.Step].Group && !in.Back && !in.passed(i) && !open {
			return "a branch is forgotten"
		}
	}
	return ""
}

// grouped puts steps into lines: "a" is the saga's own, "1a", "1b" are branches of group 1.
func grouped(t *testing.T, lines []lane, steps ...StepShape) *Shape {
	t.Helper()
	s := Shape{Name: "d", Version: 1, Deadline: time.Hour, Steps: slices.Clone(steps)}
	for i := range s.Steps {
		s.Steps[i].Name, s.Steps[i].Group, s.Steps[i].Branch = fmt.Sprint("s", i), lines[i].group, lines[i].branch
	}
	if s.check() != nil {
		return nil
	}
	c := Config{Retry: RetryPolicy{2, time.Second, time.Second, 1}, CompensationRetry: RetryPolicy{2, time.Second, time.Second, 1}}
	c = c.withDefaults()
	return s.withDefaults(&c)
}

// Every event at every branch of parallel groups, while the others are being called and while they are not.
func TestDecideEveryEventInEveryGroup(t *testing.T) {
	own, a, b := lane{}, lane{1, 0}, lane{1, 1}
	plain := StepShape{Kind: Compensatable, Compensation: true, Fence: true}
	pivot, last := StepShape{Kind: Pivot, Probe: true}, StepShape{Kind: Retriable}
	var all []*Shape
	add := func(lines []lane, steps ...StepShape) {
		if sh := grouped(t, lines, steps...); sh != nil {
			all = append(all, sh)
		}
	}
	variants := append(append(stepVariants(Compensatable), stepVariants(Retriable)[:4]...), laterVariants()...)
	for i, one := range variants {
		for j, two := range variants {
			if (i*7+j)%53 == 0 { // pairs of all kinds, and not all pairs
				add([]lane{a, b}, one, two)
			}
		}
		switch i % 3 {
		case 0:
			add([]lane{own, a, b, own}, plain, one, plain, pivot)
		case 1:
			add([]lane{own, a, b}, pivot, one, last)
		case 2:
			add([]lane{a, a, b}, one, plain, plain)
		}
	}
	if len(all) < 25 {
		t.Fatalf("only %d shapes", len(all))
	}
	decideAll(t, all)
}

// What was being called when the saga turned back is heard like everything else: a refusal of what nobody
// here asked for proves nothing, and no branch overwrites what another has changed.
func TestWhatIsHeardWhileSiblingsSettle(t *testing.T) {
	plain := StepShape{Kind: Compensatable, Compensation: true, Fence: true}
	unasked := plain
	unasked.Expects, unasked.Reply, unasked.ReplyTimeout = true, true, time.Minute
	sh := grouped(t, []lane{{1, 0}, {1, 1}, {1, 2}}, plain, unasked, plain)
	in := decided(t, sh, &instance{ID: "i", Definition: "d", Version: 1}, happened{kind: EventStarted, at: epoch})
	in = decided(t, sh, in, happened{kind: EventAnswered, at: epoch, step: 1, outcome: Pending})
	wrote := fields{{"x", []byte("1")}}
	in = decided(t, sh, in, happened{kind: EventAnswered, at: epoch, step: 0, outcome: Refused, patch: wrote, busy: []int{1, 2}})
	if !in.Turns || in.clash(sh, 2, wrote) == "" {
		t.Errorf("a branch that settles may overwrite what another wrote: %+v", in.progress)
	}
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, step: 1, call: CallAction, outcome: Refused, busy: []int{2}})
	in = decided(t, sh, in, happened{kind: EventAnswered, at: epoch, step: 2, outcome: NotDone})
	wantStands(t, in, Compensating, CallFence, "r?.", false)
	if in.Step != 1 || len(in.Wrote) > 0 {
		t.Errorf("it stands at step %d and remembers %v; want what others may do fenced", in.Step, in.Wrote)
	}
}
