package saga

import "testing"

// The history does not call it a success that nobody replied to an undo.
func TestAnUndoThatNobodyRepliedToIsUnknown(t *testing.T) {
	sh, in := asked(t, StepShape{Replayable: true})
	in = decided(t, sh, in, happened{kind: EventOperated, at: epoch, hand: Hand{Verb: Compensate, By: "kim", Reason: "why"}})
	in = decided(t, sh, in, happened{kind: EventReplied, at: epoch, call: CallAction, outcome: Succeeded})
	in = decided(t, sh, in, happened{kind: EventAnswered, at: epoch, outcome: Pending})
	wantStands(t, in, Compensating, CallCompensation, "s", true)
	h := happened{kind: EventExpired, at: in.Due}
	e := record(in, decided(t, sh, in, h), h)
	if e.Call != CallCompensation || e.Outcome != Unknown {
		t.Errorf("it is written down as %q %s", e.Call, e.Outcome)
	}
}
