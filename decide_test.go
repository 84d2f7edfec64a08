package saga

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

var epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// stepVariants are the steps that the exhaustive tests build sagas from.
func stepVariants(kind Kind) []StepShape {
	var out []StepShape
	for bits := range 8 {
		out = append(out, StepShape{
			Kind: kind, Compensation: kind == Compensatable,
			Probe: bits&1 > 0, Fence: bits&2 > 0, Replayable: bits&4 > 0,
		})
	}
	return out
}

// shapesUpTo lists every shape of one and two steps, and of three steps with few variants, with
// budgets of two calls, with and without a deadline.
func shapesUpTo(t *testing.T) []*Shape {
	t.Helper()
	var all []*Shape
	add := func(steps ...StepShape) {
		for i := range steps {
			steps[i].Name = fmt.Sprint("s", i)
		}
		for _, deadline := range []time.Duration{0, time.Hour} {
			s := Shape{Name: "d", Version: 1, Deadline: deadline, Steps: slices.Clone(steps)}
			if s.check() == nil {
				c := Config{Retry: RetryPolicy{2, time.Second, time.Second, 1}, CompensationRetry: RetryPolicy{2, time.Second, time.Second, 1}}
				c = c.withDefaults()
				all = append(all, s.withDefaults(&c))
			}
		}
	}
	kinds := []Kind{Compensatable, Pivot, Retriable}
	var variants []StepShape
	for _, k := range kinds {
		variants = append(variants, stepVariants(k)...)
	}
	for _, a := range variants {
		add(a)
		for _, b := range variants {
			add(a, b)
			if a.Replayable == b.Replayable && a.Probe == b.Probe && a.Fence != b.Fence {
				for _, c := range variants {
					if c.Replayable == b.Replayable && c.Fence == b.Fence && c.Probe != b.Probe {
						add(a, b, c)
					}
				}
			}
		}
	}
	if len(all) < 500 {
		t.Fatalf("only %d shapes", len(all))
	}
	return all
}

// stateKey is an instance's state without its clock.
type stateKey struct {
	status                     Status
	reason                     Reason
	call                       CallKind
	marks                      string
	step, calls, round         int
	back, still, released, due bool
	waits, turns               bool
	others                     string
}

func stateOf(in *instance) stateKey {
	return stateKey{in.Status, in.Reason, in.Call, in.Marks, in.Step, min(in.Calls, 3), min(slices.Max(append(in.Rounds, 0)), 1),
		in.Back, in.Still, in.Released, in.Due.IsZero(), in.Waits, in.Turns, othersOf(in)}
}

func everyEvent(in *instance) []happened {
	var out []happened
	before, after := in.Updated.Add(time.Millisecond), epoch.Add(2*time.Hour)
	if after.Before(before) {
		after = before
	}
	out = append(out, everyReply(in, before)...)
	for _, at := range []time.Time{before, after} {
		for _, o := range []Outcome{Succeeded, Refused, NotDone, Pending, NotNeeded, Unknown, "", "nonsense"} {
			for i := range in.width() {
				out = append(out, happened{kind: EventAnswered, at: at, step: in.nth(i).Step, outcome: o, said: string(o)})
			}
		}
		for _, k := range []EventKind{EventStarted, EventTurned, EventRecovered, EventResumed, EventReleased, EventParked, "", "nonsense"} {
			out = append(out, happened{kind: k, at: at, reason: UnknownDefinition})
		}
	}
	return whileOthersAreCalled(in, out)
}

func everyHand(sh *Shape, in *instance) (out []happened) {
	at := in.Updated.Add(time.Millisecond)
	hand := func(v Verb, o Outcome) {
		out = append(out, happened{kind: EventOperated, at: at, hand: Hand{Verb: v, Outcome: o, By: "kim", Reason: "why not"}})
	}
	for _, v := range append(verbs(), "nonsense") {
		hand(v, "")
	}
	hand(Resolve, Succeeded)
	hand(Resolve, Refused)
	hand(Resolve, Unknown)
	hand(Retry, Succeeded)
	for i := 1; i < in.width(); i++ { // or a person names the step
		for _, o := range []Outcome{Succeeded, Refused} {
			hand(Resolve, o)
			out[len(out)-1].hand.Step = sh.Steps[in.nth(i).Step].Name
		}
		hand(Skip, "")
		out[len(out)-1].hand.Step = sh.Steps[in.nth(i).Step].Name
	}
	return out
}

// meant is the instance as it stands at the step that a person means.
func meant(sh *Shape, in *instance, h happened) *instance {
	if step, named := h.hand.names(sh, in); named {
		return in.focused(step)
	}
	return in
}

// Every event in every state that any shape can reach: no panic, and no illegal transition.
func TestDecideEveryEventInEveryState(t *testing.T) { decideAll(t, shapesUpTo(t)) }

func decideAll(t *testing.T, shapes []*Shape) {
	t.Helper()
	OnOneGoroutine(t)
	transitions, refused := 0, 0
	for _, sh := range shapes {
		first, err := decide(sh, &instance{ID: "i", Definition: "d", Version: 1}, happened{kind: EventStarted, at: epoch})
		if err != nil {
			t.Fatal(err)
		}
		seen := map[stateKey]bool{}
		for queue := []*instance{first}; len(queue) > 0; queue = queue[1:] {
			in := queue[0]
			events := everyEvent(in)
			if len(sh.Steps) <= 2 { // they multiply the states of three steps, and two show all there is
				events = append(events, everyHand(sh, in)...)
			}
			for _, h := range events {
				out, err := decide(sh, in, h)
				if err != nil {
					refused++
					if stateOf(out) != stateOf(in) || out.Seq != in.Seq {
						t.Fatalf("%v: refused %s, and changed", err, h.kind)
					}
					continue
				}
				transitions++
				if why := illegal(sh, in, out, h); why != "" {
					t.Fatalf("%s\nshape %+v\nfrom %+v\nby %+v\nto %+v", why, *sh, in.progress, h, out.progress)
				}
				if k := stateOf(out); !seen[k] {
					seen[k] = true
					queue = append(queue, out)
				}
			}
		}
	}
	t.Logf("%d legal transitions, %d refused", transitions, refused)
	if transitions < 10_000 || refused < 10_000 {
		t.Fatal("too few to mean anything")
	}
}

// illegal says what is wrong with a transition, if anything is.
func illegal(sh *Shape, in, out *instance, h happened) string {
	switch {
	case !in.live():
		return "an ended instance moved"
	case out.Seq != in.Seq+1:
		return "the sequence has a gap"
	case out.Status == Completed && strings.Trim(out.Marks, "skn") != "":
		return "completed without every effect"
	case (out.Status == Compensated || out.Status == Failed) && strings.ContainsAny(effects(sh, out), "s?k"):
		return "ended with effects outstanding"
	case (out.Status == Compensated || out.Status == Failed) && unfenced(sh, out):
		return "ended while others may still do what it expected"
	case out.Status == Failed && strings.Contains(out.Marks, "u"):
		return "failed after an undo"
	case threadsFault(sh, out) != "":
		return threadsFault(sh, out)
	case out.Status == NeedsAttention && out.Reason == "":
		return "attention without a reason"
	case in.Reason == Stopped && out.Reason != Stopped && h.kind != EventOperated:
		return "a stopped instance moved without a person"
	case h.kind == EventOperated && (out.Hand == nil || out.Hand.By != "kim" || out.Hand.Step != sh.Steps[meant(sh, in, h).Step].Name):
		return "an intervention is not recorded"
	case h.kind == EventOperated && forbidden(sh, meant(sh, in, h), h.hand.Verb) != "":
		return "a verb that the table forbids"
	case h.hand.Verb == Stop && (out.Reason != Stopped || !stillAll(out)):
		return "a stop that does not stop"
	case h.hand.Verb == Retry && len(in.Others) == 0 && (out.Calls != 0 || out.Status == NeedsAttention && out.Reason != CannotFence):
		return "a retry without a new try"
	case h.hand.Verb == Compensate && !out.Back && out.live():
		return "compensate goes forward"
	case h.hand.Verb != Skip && (strings.Count(out.Marks, "k") > strings.Count(in.Marks, "k") || strings.Count(out.Marks, "x") > strings.Count(in.Marks, "x")):
		return "skipped without a word"
	case len(out.Skips) < len(in.Skips) || h.hand.Verb == Skip && len(out.Skips) != len(in.Skips)+1:
		return "a skip is not recorded for ever"
	case out.Status == Running && out.Back, out.Status == Compensating && !out.Back:
		return "status and direction differ"
	case handedIn(sh, in, out, h):
		return "what was handed in counts as never called"
	}
	if out.live() && out.Call == CallCompensation {
		if m := out.mark(out.Step); m != markEffect && !(m == markMaybe && sh.Steps[out.Step].Replayable) {
			return "undo of a step of which nobody knows whether it took effect"
		}
		if strings.ContainsAny(effects(sh, out)[out.Step+1:], "s?k") {
			return "undo out of order"
		}
	}
	for i := range sh.Steps {
		was, is := in.mark(i), out.mark(i)
		if was == markMaybe && (is == markNone || is == markNever) && sh.Steps[i].Kind != ReadOnly && h.outcome != Refused && h.hand.Outcome != Refused {
			return "an unknown became a no without an answer"
		}
		if was == markEffect && sh.Steps[i].Kind != ReadOnly && is != markEffect && is != markUndone && (is != markLeft || h.hand.Verb != Skip) {
			return "an effect was forgotten"
		}
		if out.round(i) != in.round(i) && h.outcome != Refused && h.hand.Outcome != Refused {
			return "a new round without a definite no"
		}
		if i >= sh.pivot() && is == markUndone {
			return "the pivot was undone"
		}
	}
	if i := sh.pivot(); i < len(sh.Steps) && (out.mark(i) == markEffect || out.mark(i) == markSkipped) && out.Back {
		return "back after the pivot"
	}
	return ""
}

func TestDecideWaitsWhereARepeatCouldDiffer(t *testing.T) {
	replayable := StepShape{Name: "a", Kind: Compensatable, Compensation: true, Replayable: true}
	plain := StepShape{Name: "b", Kind: Compensatable, Compensation: true}
	for _, c := range []struct {
		name        string
		first, next StepShape
		outcome     Outcome
		ahead       bool
	}{
		{"both replayable", replayable, replayable, Succeeded, true},
		{"the next is not", replayable, plain, Succeeded, false},
		{"the first is not", plain, replayable, Succeeded, false},
		{"unknown", replayable, replayable, Unknown, false},
		{"refused", replayable, replayable, Refused, false},
		{"not done", replayable, replayable, NotDone, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := (*Config)(nil).withDefaults()
			sh := Shape{Name: "d", Version: 1, Steps: []StepShape{c.first, c.next}}.withDefaults(&cfg)
			in, _ := decide(sh, &instance{ID: "i"}, happened{kind: EventStarted, at: epoch})
			h := happened{kind: EventAnswered, at: epoch, outcome: c.outcome}
			out, err := decide(sh, in, h)
			if err != nil {
				t.Fatal(err)
			}
			if got := mayRunAhead(sh, in, out, h); got != c.ahead {
				t.Errorf("may run ahead: %v, want %v", got, c.ahead)
			}
		})
	}
}

func FuzzDecide(f *testing.F) {
	f.Add([]byte{0, 1, 2, 3, 0, 9, 4}, uint8(3))
	f.Fuzz(func(t *testing.T, moves []byte, which uint8) {
		all := stepVariants(Compensatable)
		cfg := (*Config)(nil).withDefaults()
		s := Shape{Name: "d", Version: 1, Deadline: time.Hour, Steps: []StepShape{all[which&7], all[which>>3&7], stepVariants(Pivot)[which>>5]}}
		for i := range s.Steps {
			s.Steps[i].Name = fmt.Sprint("s", i)
		}
		sh := s.withDefaults(&cfg)
		in, _ := decide(sh, &instance{ID: "i"}, happened{kind: EventStarted, at: epoch})
		for _, m := range moves {
			events := append(everyEvent(in), everyHand(sh, in)...)
			h := events[int(m)%len(events)]
			out, err := decide(sh, in, h)
			if err != nil {
				continue
			}
			if why := illegal(sh, in, out, h); why != "" {
				t.Fatalf("%s: %+v by %+v to %+v", why, in.progress, h, out.progress)
			}
			in = out
		}
	})
}
