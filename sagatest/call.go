package sagatest

import (
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

var errNoAnswer = errors.New("the connection broke")

// lateCall is a call that is still on its way, or what else comes late.
type lateCall struct {
	call *saga.PendingCall
	sent int
	do   func() // if it is no call
}

// call makes a node's call to a step's function, unless a fault has it made differently.
func (r *run) call(j job) {
	n, c := j.of, j.task.Call
	step := r.of.step(c.Step)
	if c.Reply != nil {
		r.hearing(j)
		return
	}
	if r.lawful(n, c, step); r.broken != nil {
		return
	}
	if r.of.steps[step].sleep {
		r.setAlarm(j)
		return
	}
	strikes := r.point(placeOf(c.Call), r.callOffers(n, c, step))
	switch strikes {
	case TakenOver:
		r.suspend(n)
		r.queue = append([]job{j}, r.queue...)
	case CrashInCall:
		r.carryOut(n, c, step)
		r.crash(n)
	case CallOutlives:
		r.onItsWay(n, c, "it is on its way")
		r.putOff(&r.soon, c)
		r.crash(n)
	case Leaves:
		r.leave(n)
		r.tell(n, c, r.carryOut(n, c, step))
	case Stalled:
		r.stall(c.Instance.Deadline.Add(time.Millisecond))
		r.tell(n, c, r.carryOut(n, c, step))
	case Stopped, TurnedBack:
		r.intervene(n, c, step, strikes)
	case 0:
		r.tell(n, c, r.carryOut(n, c, step))
	default:
		r.disturb(n, c, step, strikes)
	}
}

// disturb does what befalls the call alone.
func (r *run) disturb(n *node, c *saga.PendingCall, step int, strikes Kind) {
	unknown := saga.CallResult{Err: errNoAnswer}
	switch strikes {
	case CallLost:
		r.onItsWay(n, c, "it is lost")
		r.tell(n, c, unknown)
	case AnswerLost:
		r.carryOut(n, c, step)
		r.tell(n, c, unknown)
	case CallTwice:
		first := r.carryOut(n, c, step)
		if o := saga.OutcomeOf(first.Err); o != saga.Refused && o != saga.NotDone { // a copy of that would belie it
			r.again(n, c)
		}
		r.tell(n, c, first)
	case CallLate:
		r.onItsWay(n, c, "it is late")
		r.putOff(&r.soon, c)
		r.tellAfter(n, c, unknown, c.Shape.Timeout)
	case CallLast:
		r.onItsWay(n, c, "it is very late")
		r.putOff(&r.last, c)
		r.tellAfter(n, c, unknown, c.Shape.Timeout)
	case CallSlow:
		real := r.carryOut(n, c, step)
		r.tellAfter(n, c, unknown, c.Shape.Timeout)
		r.tellAfter(n, c, real, c.Shape.Timeout+time.Second)
	}
}

func (r *run) onItsWay(n *node, c *saga.PendingCall, how string) {
	if r.telling {
		r.note(n.name, "calls %s %s, attempt %d: %s", c.Call, c.Key, c.Number, how)
	}
}

func (r *run) callOffers(n *node, c *saga.PendingCall, step int) kinds {
	offers := setOf(CallLost, AnswerLost, CallTwice, CallLate, CallLast, CallSlow, CrashInCall, CallOutlives,
		TakenOver, Leaves, Stalled, Stopped, TurnedBack)
	st := &r.of.steps[step]
	if c.Call == saga.CallProbe { // a question twice or late changes nothing
		offers = offers.without(CallTwice, CallLate, CallLast, CallOutlives)
	}
	if c.Call == saga.CallAction && st.probe && !st.replayable { // need not tell a copy from an order
		offers = offers.without(CallTwice)
	}
	if d := c.Instance.Deadline; d.IsZero() || !r.at.Before(d) {
		offers = offers.without(Stalled)
	}
	if r.operator.busy() {
		offers = offers.without(Stopped, TurnedBack)
	}
	if n.leaving || n.loop.Over() {
		offers = offers.without(Leaves)
	}
	if r.suspects[n.name] || n.loop.Over() {
		offers = offers.without(TakenOver)
	}
	return offers
}

func placeOf(call saga.CallKind) Place {
	switch call {
	case saga.CallProbe:
		return AtProbe
	case saga.CallFence:
		return AtFence
	case saga.CallCompensation:
		return AtCompensation
	}
	return AtAction
}

func callAt(p Place) saga.CallKind {
	switch p {
	case AtProbe:
		return saga.CallProbe
	case AtFence:
		return saga.CallFence
	case AtCompensation:
		return saga.CallCompensation
	}
	return saga.CallAction
}

// carryOut lets a call reach the participant, and then what was on its way before.
func (r *run) carryOut(n *node, c *saga.PendingCall, step int) saga.CallResult {
	r.calls++
	r.sent, r.moved = r.calls, r.at
	r.lateNow = r.suspects[n.name]
	r.called[4*step+int(placeOf(c.Call)-AtAction)] = true
	count, net := r.effects.count[step], r.effects.net[step]
	r.heard = ""
	res := r.reach(c)
	if r.telling {
		r.note(n.name, "calls %s %s, attempt %d: %s", c.Call, c.Key, c.Number, saidOf(res.Err))
	}
	r.truthful("the "+string(c.Call), c.Call, c.Key, saga.OutcomeOf(res.Err), count, net)
	r.replay(c, step, res)
	r.lateNow = false
	r.arrive(&r.soon)
	return res
}

func saidOf(err error) string {
	if err == nil {
		return string(saga.Succeeded)
	}
	return fmt.Sprintf("%s (%v)", saga.OutcomeOf(err), err)
}

// again lets a copy of a call reach the participant.
func (r *run) again(n *node, c *saga.PendingCall) {
	r.quiet++
	res := r.reach(c)
	r.quiet--
	if r.telling {
		r.note(n.name, "calls %s %s, a copy: %s", c.Call, c.Key, saidOf(res.Err))
	}
}

// replay calls a step that promises to be replayable again, once for each key.
func (r *run) replay(c *saga.PendingCall, step int, first saga.CallResult) {
	if !r.of.steps[step].replayable || first.Err != nil || r.replayed[c.Key] || r.broken != nil ||
		c.Call != saga.CallAction && c.Call != saga.CallCompensation {
		return
	}
	r.replayed[c.Key] = true
	r.quiet++
	r.replaying = true
	second := r.reach(c)
	r.replaying = false
	r.quiet--
	switch {
	case saga.OutcomeOf(second.Err) != saga.Succeeded:
		r.violate(SameReplay, "step %s is Replayable: its %s succeeded, and again with the same key and input it said %q",
			c.Step, c.Call, saidOf(second.Err))
	case first.Changed() != second.Changed():
		r.violate(SameReplay, "step %s is Replayable: its %s changed the state by %s, and again with the same key and input by %s",
			c.Step, c.Call, first.Changed(), second.Changed())
	}
}

func (r *run) putOff(to *[]lateCall, c *saga.PendingCall) {
	r.calls++
	*to = append(*to, lateCall{call: c, sent: r.calls})
}

// arrive lets late calls reach the participant.
func (r *run) arrive(late *[]lateCall) {
	arriving := *late
	*late = nil
	for _, l := range arriving {
		r.quiet++
		if l.do != nil {
			l.do()
		} else {
			r.overdue(l)
		}
		r.quiet--
	}
}

// overdue lets one late call reach the participant.
func (r *run) overdue(l lateCall) {
	r.sent, r.lateNow = l.sent, true
	res := r.reach(l.call)
	if r.telling {
		r.note("world", "the late %s %s arrives: %s", l.call.Call, l.call.Key, saidOf(res.Err))
	}
	r.lateNow = false
}

// arriveReplies lets replies come that are late, and not the late calls.
func (r *run) arriveReplies(late *[]lateCall) {
	arriving := *late
	*late = nil
	for _, l := range arriving {
		if l.do == nil {
			*late = append(*late, l)
			continue
		}
		l.do()
	}
}

// tell reports the end of a call to the node that made it, if it lives.
func (r *run) tell(n *node, c *saga.PendingCall, res saga.CallResult) {
	if !n.dead {
		c.Tell(res, r.at)
	}
}

func (r *run) tellAfter(n *node, c *saga.PendingCall, res saga.CallResult, d time.Duration) {
	r.in(d, func() { r.tell(n, c, res) })
}
