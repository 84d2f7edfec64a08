package sagatest

import (
	"fmt"
	"reflect"

	"github.com/seosa-dev/saga"
)

// verify compares, at the end of a run, what is stored with what was told and with what is true.
func (r *run) verify() {
	if !r.exists {
		r.verifyNothing()
		return
	}
	if r.client.gaveUp && !r.client.unknown && !r.client.acked {
		r.client.neverStarted("the run ends")
	}
	in := &r.seen
	if in.Status == saga.NeedsAttention && (in.Reason == "" || in.Since.IsZero()) {
		r.violate(EndsOrVisible, "the instance needs attention for reason %q since %v; a person cannot see why", in.Reason, in.Since)
	}
	r.verifyHistory()
	for i := range in.Steps {
		if r.modelled != nil && r.modelled[i] {
			r.verifyStep(i)
		}
	}
	if r.broken == nil && r.of.check != nil {
		r.guard(OwnCheck, "Case.Check", func() {
			if err := r.of.check(*in); err != nil {
				r.violate(OwnCheck, "%v", err)
			}
		})
	}
}

// verifyNothing is the end of a run without an instance.
func (r *run) verifyNothing() {
	if r.client.acked {
		r.violate(NothingLost, "a start was acknowledged, and the instance does not exist")
	}
	for i, n := range r.effects.count {
		if n > 0 {
			r.violate(NothingLost, "step %s took effect, and the instance does not exist", r.of.steps[i].name)
		}
	}
}

// verifyStep holds a step's mark, and the instance's end, against the effects that stand.
func (r *run) verifyStep(i int) {
	in, net := &r.seen, r.effects.net[i]
	st := in.Steps[i]
	if st.Mark == saga.NotStarted && !in.Status.Ended() && r.of.steps[i].expected {
		return // others may have done it, and nobody has asked yet
	}
	byHand := st.Mark == saga.Skipped || st.Mark == saga.LeftBehind
	want := -1
	undoing := in.Back && in.Call == saga.CallCompensation && in.Step == st.Name // an undo may have done its work unheard
	switch {
	case byHand, undoing:
	case st.Mark == saga.InEffect:
		want = 1
	case st.Mark != saga.MaybeDone && st.Mark != saga.Awaited:
		want = 0
	}
	never := st.Mark == saga.NeverDone || st.Mark == saga.NotStarted || st.Mark == saga.PassedOver
	if never && r.effects.count[i] > 0 {
		r.violate(EndIsTrue, "the instance is %s and says that step %s is %s, and it took effect once", in.Status, st.Name, st.Mark)
	}
	if want >= 0 && net != want {
		r.violate(EndIsTrue, "the instance is %s and says that step %s is %s, and %d of its effects stand", in.Status, st.Name, st.Mark, net)
	}
	switch {
	case byHand, st.Mark == saga.PassedOver:
	case in.Status == saga.Completed && net != 1:
		r.violate(EndIsTrue, "the instance is completed, and %d effects of step %s stand", net, st.Name)
	case (in.Status == saga.Compensated || in.Status == saga.Failed) && net != 0:
		r.violate(EndIsTrue, "the instance is %s, and %d effects of step %s stand", in.Status, net, st.Name)
	}
}

// verifyHistory checks that the history is whole, ends where the instance stands, holds all that was
// told, and never asks again for what was definitely refused.
func (r *run) verifyHistory() {
	history, err := r.reader.of(r).History(r.context(), r.of.id)
	if err != nil {
		r.violate(NothingLost, "the history cannot be read: %v", err)
		return
	}
	for i, e := range history {
		if e.Seq != i+1 {
			r.violate(NothingLost, "the history has transition %d in place %d", e.Seq, i+1)
			return
		}
	}
	last := history[len(history)-1]
	if last.Seq != r.seen.Seq || last.Status != r.seen.Status {
		r.violate(NothingLost, "the history ends with transition %d, %s; the instance says %d, %s",
			last.Seq, last.Status, r.seen.Seq, r.seen.Status)
	}
	for _, e := range r.told {
		if e.Seq < 1 || e.Seq > len(history) || !sameEvent(&e, &history[e.Seq-1]) {
			r.violate(NothingLost, "transition %d (%s) was told, and the history does not have it", e.Seq, eventText(&e))
			return
		}
	}
	r.verifyRefusals(history)
	r.verifyFenced(history)
	r.verifyReplies(history)
	r.verifyState(history)
}

// sameEvent compares what a told transition and a stored one say happened.
func sameEvent(a, b *saga.Event) bool {
	x, y := *a, *b
	x.At, y.At, x.Due, y.Due = x.At.UTC(), y.At.UTC(), x.Due.UTC(), y.Due.UTC()
	return x.Seq == y.Seq && x.Kind == y.Kind && x.At.Equal(y.At) && x.Step == y.Step && x.Call == y.Call && x.Round == y.Round &&
		x.Outcome == y.Outcome && x.Status == y.Status && x.Reason == y.Reason && reflect.DeepEqual(x.Hand, y.Hand)
}

// verifyRefusals looks for an action that was made again under a key that had been refused, when no
// earlier attempt could still arrive.
func (r *run) verifyRefusals(history []saga.Event) {
	type effect struct {
		step  string
		round int
	}
	refused, doubtful, all := map[effect]bool{}, map[string]bool{}, false
	for _, e := range history {
		key := effect{e.Step, e.Round}
		switch {
		case e.Kind == saga.EventRecovered, e.Kind == saga.EventOperated:
			all = true // a call may be on its way
		case e.Kind == saga.EventExpired, e.Kind == saga.EventReplied && e.Outcome == saga.NotDone:
			doubtful[e.Step] = true
		case e.Kind == saga.EventReplied && e.Outcome == saga.Refused && (e.Call == saga.CallFence || e.Call == saga.CallAction && !all && !doubtful[e.Step]):
			refused[key] = true
		case e.Kind != saga.EventAnswered:
		case e.Call == saga.CallAction && refused[key]:
			r.violate(OneEffect, "step %s refused its key, and was called under it again", e.Step)
			return
		case e.Outcome == saga.Refused && (e.Call == saga.CallFence || e.Call == saga.CallAction && !all && !doubtful[e.Step]):
			refused[key] = true
		case e.Outcome == saga.Unknown && e.Call == saga.CallAction:
			doubtful[e.Step] = true
		}
	}
}

// verifyFenced looks for a step that can be fenced, was in doubt, and counts as never done although neither its
// fence nor its probe said so: the refusal of one attempt says nothing of the others.
func (r *run) verifyFenced(history []saga.Event) {
	for i := range r.seen.Steps {
		st := &r.seen.Steps[i]
		if st.Mark != saga.NeverDone || !r.of.steps[i].fence {
			continue
		}
		doubt := false
		for _, e := range history {
			answer := e.Kind == saga.EventAnswered || e.Kind == saga.EventReplied
			switch {
			case e.Step != st.Name || e.Round != st.Round:
			case e.Call == saga.CallAction && (e.Kind == saga.EventExpired || answer && e.Outcome == saga.Unknown):
				doubt = true
			case answer && e.Call != saga.CallAction && e.Outcome == saga.Refused:
				doubt = false
			}
		}
		if doubt {
			r.violate(UnknownIsNoFailure, "step %s counts as never done, and an attempt of it may still take effect: nobody has fenced it", st.Name)
		}
	}
}

// hear is what a node tells of durable transitions.
func (r *run) hear(n *node, events []saga.Event) {
	r.told, r.moved = append(r.told, events...), r.at
	for i := range events {
		r.rang(&events[i])
		if events[i].Kind == saga.EventReleased {
			r.cross()
		}
	}
	if r.telling {
		for i := range events {
			r.note(n.name, "durable: %d %s", events[i].Seq, eventText(&events[i]))
		}
	}
}

func eventText(e *saga.Event) string {
	text := string(e.Kind)
	if e.Kind == saga.EventAnswered {
		text = fmt.Sprintf("%s of %s %s", e.Call, e.Step, e.Outcome)
	}
	if e.Kind == saga.EventReplied || e.Kind == saga.EventKept || e.Kind == saga.EventExpired {
		text += fmt.Sprintf(", the %s of %s %s %s", e.Call, e.Step, e.Outcome, e.By)
	}
	if e.Hand != nil {
		text += " " + string(e.Hand.Verb)
	}
	text += ", now " + string(e.Status)
	if e.Reason != "" {
		text += " (" + string(e.Reason) + ")"
	}
	if e.Open != "" {
		text += " at " + e.Open
	}
	return text
}
