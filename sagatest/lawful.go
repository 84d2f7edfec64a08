package sagatest

import (
	"fmt"

	"github.com/seosa-dev/saga"
)

// lawful holds a call to the rules that it must obey when it is made.
func (r *run) lawful(n *node, c *saga.PendingCall, step int) {
	if r.calls == 0 {
		r.durableStart("step "+c.Step+" is called", NothingLost)
	}
	r.early(c, step)
	switch c.Call {
	case saga.CallCompensation:
		r.lawfulUndo(c, step)
	case saga.CallAction:
		st, e := &r.of.steps[step], &r.effects
		if st.probe && !st.replayable && !st.expected && e.stands(step, c.Key) && !e.late[step] && !e.excused[step] && !e.replied[step] && !r.suspects[n.name] {
			r.violate(OneEffect, "%s is called again although it stands: a step that is not replayable is asked about first", c.Key)
		}
	}
}

func (r *run) lawfulUndo(c *saga.PendingCall, step int) {
	r.reverse(step)
	for i := step; i < len(c.Instance.Steps); i++ {
		if c.Instance.Steps[i].Mark != saga.MaybeDone || r.of.steps[i].kind == saga.ReadOnly {
			continue
		}
		own := r.of.steps[step]
		if i != step || !own.replayable || own.fence {
			r.violate(UnknownIsNoFailure, "step %s is undone while nobody knows whether step %s took effect",
				c.Step, c.Instance.Steps[i].Name)
		}
	}
}

// durableStart checks that the instance's key is in the store.
func (r *run) durableStart(before string, g Guarantee) {
	keys, err := r.store.Instances().Keys(r.context(), []string{r.of.id})
	if err != nil || len(keys) == 0 {
		r.violate(g, "%s before the start is durable (%v)", before, err)
	}
}

// truthful compares what a function or a reply said with what is true at its participant, where the step
// had so many effects before, and with what the participant told it.
func (r *run) truthful(who string, call saga.CallKind, of saga.Key, said saga.Outcome, count, net int) {
	e, step, key := &r.effects, r.of.step(of.Step), of.Action()
	if truth := r.belied(call, step, key, said, count, net); truth != "" {
		r.violate(Truthful, "%s of step %s said %q, and %s", who, of.Step, said, truth)
		return
	}
	switch {
	case said == saga.NotDone && call == saga.CallProbe:
		e.excused[step], e.denied[step] = true, r.sent
	case said == saga.Refused && call == saga.CallFence:
		e.fenced[key] = true
	}
}

// belied says what makes an outcome untrue; "" if nothing does.
func (r *run) belied(call saga.CallKind, step int, key saga.Key, said saga.Outcome, count, net int) string {
	e, undo := &r.effects, call == saga.CallCompensation
	answers := said == saga.Succeeded || said == saga.Refused || said == saga.NotDone && call == saga.CallProbe
	switch {
	case undo && said == saga.Succeeded && e.net[step] > 0, !undo && said == saga.Refused && e.stands(step, key):
		return "the effect stands"
	case said == saga.NotNeeded && e.stands(step, key):
		return "the effect stands; When must go by the state alone"
	case !undo && said == saga.Succeeded && e.count[step] == 0 && r.modelled != nil && r.modelled[step]:
		return "nothing has happened"
	case said == saga.NotDone && (e.count[step] > count || e.net[step] < net):
		return "it took effect in this very call"
	case answers && call != saga.CallAction && r.heard == saga.Unknown:
		return "what it was told was an error that says nothing"
	case undo && said == saga.Refused && r.heard != "" && r.heard != saga.Refused:
		return fmt.Sprintf("it was told %q", r.heard)
	}
	return ""
}
