package saga

import (
	"slices"
	"testing"
	"time"
)

// asked is an instance whose only step has just been called and taken in.
func asked(t *testing.T, st StepShape) (*Shape, *instance) {
	t.Helper()
	st.Name, st.Kind, st.Compensation, st.Reply, st.ReplyTimeout = "a", Compensatable, true, true, time.Minute
	c := (*Config)(nil).withDefaults()
	sh := Shape{Name: "d", Version: 1, Steps: []StepShape{st}}.withDefaults(&c)
	in := &instance{ID: "i", Definition: "d", Version: 1}
	for _, h := range []happened{
		{kind: EventStarted, at: epoch}, {kind: EventAnswered, at: epoch, outcome: Pending},
	} {
		in = decided(t, sh, in, h)
	}
	return sh, in
}

func decided(t *testing.T, sh *Shape, in *instance, h happened) *instance {
	t.Helper()
	after, err := decide(sh, in, h)
	if err != nil {
		t.Fatal(err)
	}
	return after
}

func wantStands(t *testing.T, in *instance, status Status, call CallKind, marks string, waits bool) {
	t.Helper()
	if in.Status != status || in.Call != call || in.Marks != marks || in.Waits != waits {
		t.Errorf("it is %s, %q open, marked %s, waits %t; want %s, %q, %s, %t", in.Status, in.Call, in.Marks, in.Waits, status, call, marks, waits)
	}
}

// The refusal of the only attempt is the truth: nothing has to be fenced.
func TestTheOnlyAttemptIsRefused(t *testing.T) {
	sh, in := asked(t, StepShape{Fence: true})
	wantStands(t, in, Running, CallAction, ".", true)
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, call: CallAction, outcome: Refused})
	wantStands(t, in, Failed, "", "r", false)
}

// That one attempt did nothing says nothing of the others: before it turns back, it fences.
func TestNotDoneProvesNothingOfOtherAttempts(t *testing.T) {
	sh, in := asked(t, StepShape{Fence: true, Retry: RetryPolicy{MaxAttempts: 1}})
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, call: CallAction, outcome: NotDone})
	if in.Marks != "?" {
		t.Errorf("marked %s; another attempt may still take effect", in.Marks)
	}
}

// That an attempt did nothing says nothing once another was made: neither of that one, nor after a
// takeover, when nobody knows whether there was another.
func TestAnOldNotDoneSettlesNothing(t *testing.T) {
	sh, in := asked(t, StepShape{Probe: true, Fence: true})
	fits := func(in *instance, call CallKind, number int, want fit) {
		t.Helper()
		if f, _ := fitOf(in, &kept{Call: call, Number: number, Outcome: NotDone}); f != want {
			t.Errorf("the NotDone of %s %d fits as %d, want %d", call, number, f, want)
		}
	}
	fits(in, CallAction, 1, fitOpen)
	fits(in, CallAction, 0, fitOpen)
	for _, h := range []happened{{kind: EventExpired, at: in.Due}, {kind: EventAnswered, at: in.Due, outcome: Pending}} {
		in = decided(t, sh, in, h)
	}
	fits(in, CallAction, 1, fitLate)
	fits(in, CallProbe, 1, fitLate)
	fits(in, CallProbe, 2, fitOpen)
	in = decided(t, sh, in, happened{kind: EventReplied, at: in.Due, call: CallProbe, outcome: NotDone})
	in = decided(t, sh, in, happened{kind: EventRecovered, at: in.Due}) // the action was perhaps called
	wantStands(t, in, Running, CallProbe, "?", false)
	fits(in, CallProbe, 2, fitLate)
	fits(in, CallProbe, 0, fitLate)
}

// While a fence asks about all attempts, the refusal of one settles nothing, and a success does.
func TestWhatIsAReplyWhileAFenceIsOpen(t *testing.T) {
	sh, in := asked(t, StepShape{Fence: true})
	in = decided(t, sh, in, happened{kind: EventOperated, at: epoch, hand: Hand{Verb: Compensate, By: "kim", Reason: "why"}})
	wantStands(t, in, Compensating, CallFence, "?", false)
	for outcome, want := range map[Outcome]fit{Succeeded: fitOpen, Refused: fitLate, NotDone: fitLate} {
		if f, _ := fitOf(in, &kept{Call: CallAction, Outcome: outcome}); f != want {
			t.Errorf("an action's %s fits as %d, want %d", outcome, f, want)
		}
	}
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, call: CallAction, outcome: Succeeded})
	wantStands(t, in, Compensating, CallCompensation, "s", false)
}

// A takeover asks nobody again who was asked and will reply.
func TestATakeoverWaitsOn(t *testing.T) {
	sh, in := asked(t, StepShape{Probe: true})
	due := in.Due
	in = decided(t, sh, in, happened{kind: EventRecovered, at: epoch.Add(time.Second)})
	wantStands(t, in, Running, CallAction, ".", true)
	if !in.Due.Equal(due) {
		t.Errorf("it is due at %v, and was at %v", in.Due, due)
	}
}

// What is not due to expire does not, and a step without a Reply waits for none.
func TestWhatCannotHappenToAWait(t *testing.T) {
	sh, in := asked(t, StepShape{Probe: true})
	for _, h := range []happened{
		{kind: EventExpired, at: epoch}, {kind: EventAnswered, at: epoch, outcome: Succeeded},
		{kind: EventKept, at: epoch},
	} {
		if _, err := decide(sh, in, h); err == nil {
			t.Errorf("%s is possible", h.kind)
		}
	}
	deaf := *sh
	deaf.Steps = []StepShape{sh.Steps[0]}
	deaf.Steps[0].Reply = false
	fresh := decided(t, &deaf, &instance{ID: "j"}, happened{kind: EventStarted, at: epoch})
	fresh = decided(t, &deaf, fresh, happened{kind: EventAnswered, at: epoch, outcome: Pending})
	wantStands(t, fresh, Running, CallProbe, "?", false)
}

// everyReply lists the replies that a node would hand to the rule now, and the end of the wait.
func everyReply(in *instance, at time.Time) (out []happened) {
	for i := range in.width() {
		t := in.nth(i)
		for _, call := range []CallKind{CallAction, CallProbe, CallFence, CallCompensation} {
			for _, o := range []Outcome{Succeeded, Refused, NotDone} {
				k := kept{ID: "c", Step: t.Step, Call: call, Round: in.round(t.Step), Outcome: o}
				if f, _ := fitOf(in, &k); f == fitOpen {
					out = append(out, happened{kind: EventReplied, at: at, step: t.Step, call: call, outcome: o, command: "c"})
				}
			}
		}
		out = append(out, happened{kind: EventExpired, at: at, step: t.Step}, happened{kind: EventExpired, at: t.Due, step: t.Step})
	}
	return out
}

// unfenced reports an expectation that nobody forbade.
func unfenced(sh *Shape, in *instance) bool {
	return slices.ContainsFunc(sh.Steps, func(st StepShape) bool {
		i := slices.Index(sh.Steps, st)
		return st.Expects && st.Fence && in.mark(i) == markNone
	})
}

// effects are the marks of the steps that change something.
func effects(sh *Shape, in *instance) string {
	b := []byte(in.Marks)
	for i := range b {
		if sh.Steps[i].Kind == ReadOnly {
			b[i] = markNone
		}
	}
	return string(b)
}

// handedIn reports a call whose reply is out and that is forgotten without one.
func handedIn(sh *Shape, in, out *instance, h happened) bool {
	for i := range in.width() {
		t := in.nth(i)
		if !t.Waits || t.Call != CallAction || h.kind == EventReplied && h.step == t.Step || h.hand.Outcome == Refused || sh.Steps[t.Step].Kind == ReadOnly {
			continue
		}
		if now := out.find(t.Step); (now == nil || !now.Waits || !out.live()) && out.mark(t.Step) == markNone {
			return true
		}
	}
	return false
}

// Steps that are answered later, and questions, beside steps of any other kind.
func TestDecideEveryReplyInEveryState(t *testing.T) {
	var all []*Shape
	for _, first := range laterVariants() {
		for _, second := range laterVariants() {
			first.Name, second.Name = "a", "b"
			s := Shape{Name: "d", Version: 1, Deadline: time.Hour, Steps: []StepShape{first, second}}
			if s.check() == nil {
				c := Config{Retry: RetryPolicy{2, time.Second, time.Second, 1}, CompensationRetry: RetryPolicy{2, time.Second, time.Second, 1}}
				c = c.withDefaults()
				all = append(all, s.withDefaults(&c))
			}
		}
	}
	if len(all) < 200 {
		t.Fatalf("only %d shapes", len(all))
	}
	decideAll(t, all)
}

// laterVariants are steps that are answered later, a question that is not, and two plain ones.
func laterVariants() (out []StepShape) {
	for _, k := range []Kind{Compensatable, Pivot, Retriable, ReadOnly} {
		for _, st := range stepVariants(k) {
			if k == ReadOnly && st.Fence {
				continue
			}
			st.Reply, st.ReplyTimeout = true, time.Minute
			if st.Probe != st.Fence || !st.Replayable {
				out = append(out, st)
			}
		}
	}
	return append(out, StepShape{Kind: ReadOnly, Sleep: true}, StepShape{Kind: ReadOnly, Sleep: true, When: true},
		StepShape{Kind: Compensatable, Compensation: true, Probe: true, Replayable: true, When: true}, StepShape{Kind: Retriable, When: true},
		StepShape{Kind: Compensatable, Compensation: true, Fence: true, Reply: true, ReplyTimeout: time.Minute, Expects: true},
		StepShape{Kind: Pivot, Probe: true, Fence: true, Reply: true, ReplyTimeout: time.Minute, Expects: true},
		StepShape{Kind: ReadOnly}, StepShape{Kind: Compensatable, Compensation: true, Fence: true}, StepShape{Kind: Pivot, Probe: true})
}
