package saga

import "testing"

// What a takeover or a person left in doubt is no longer "not started", and the reply that says what
// became of it is worth as much as before: kept until the step is asked about, on both ways.
func TestAReplyForWhatIsInDoubtIsKept(t *testing.T) {
	c := (*Config)(nil).withDefaults()
	st := func(name string) StepShape {
		return StepShape{Name: name, Kind: Compensatable, Compensation: true, Replayable: true, Fence: true}
	}
	sh := Shape{Name: "d", Version: 1, Steps: []StepShape{st("a"), st("b")}}.withDefaults(&c)
	in := decided(t, sh, &instance{ID: "i", Definition: "d", Version: 1}, happened{kind: EventStarted, at: epoch})
	in = decided(t, sh, in, happened{kind: EventRecovered, at: epoch})
	wantStands(t, in, Running, CallAction, "??", false)
	if f, why := fitOf(in, &kept{Step: 1, Call: CallAction, Outcome: Succeeded}); f != fitEarly {
		t.Errorf("on the way forward it fits as %d: %s", f, why)
	}
	in = decided(t, sh, in, happened{kind: EventOperated, at: epoch, hand: Hand{Verb: Compensate, By: "kim", Reason: "why"}})
	wantStands(t, in, Compensating, CallFence, "??", false)
	if f, why := fitOf(in, &kept{Step: 0, Call: CallAction, Outcome: Succeeded}); f != fitEarly {
		t.Errorf("on the way back it fits as %d: %s", f, why)
	}
}

// An instance that needs a person because nobody can find out what became of a step finds out from the
// step's own reply.
func TestAReplyEndsAttentionThatNothingElseCan(t *testing.T) {
	sh, in := asked(t, StepShape{})
	in = decided(t, sh, in, happened{kind: EventOperated, at: epoch, hand: Hand{Verb: Compensate, By: "kim", Reason: "why"}})
	if in.Reason != CannotFence {
		t.Fatalf("it is %s: %s", in.Status, in.Reason)
	}
	if f, _ := fitOf(in, &kept{Call: CallAction, Outcome: Refused}); f == fitOpen {
		t.Error("the refusal of one attempt is taken for that of all")
	}
	if f, why := fitOf(in, &kept{Call: CallAction, Outcome: Succeeded}); f != fitOpen {
		t.Fatalf("that it took effect fits as %d: %s", f, why)
	}
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, call: CallAction, outcome: Succeeded})
	wantStands(t, in, Compensating, CallCompensation, "s", false)
}

// That one attempt did nothing may be said of an earlier one, again: where there were several, the next is
// not made before the step was asked about.
func TestNotDoneThatComesTwice(t *testing.T) {
	sh, in := asked(t, StepShape{Probe: true})
	nothing := happened{kind: EventReplied, at: epoch, call: CallAction, outcome: NotDone}
	in = decided(t, sh, in, nothing)
	wantStands(t, in, Running, CallAction, "?", false)
	in = decided(t, sh, in, happened{kind: EventAnswered, at: epoch, outcome: Pending})
	in = decided(t, sh, in, nothing)
	wantStands(t, in, Running, CallProbe, "?", false)
}
