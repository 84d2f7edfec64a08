package sagatest

import (
	"time"

	"github.com/seosa-dev/saga"
)

// alarm is what the explorer knows of a step that sleeps.
type alarm struct {
	set  time.Time // when it was first asked how long; zero if it never was
	rest time.Duration
}

// rings is when the step may be over at the earliest.
func (a alarm) rings() time.Time { return a.set.Add(a.rest) }

// setAlarm asks a step that sleeps how long. Nobody is called, so nothing can get lost on the way.
func (r *run) setAlarm(j job) {
	n, c := j.of, j.task.Call
	step := r.of.step(c.Step)
	const fit = 1<<CrashInCall | 1<<TakenOver | 1<<Leaves | 1<<Stalled | 1<<Stopped | 1<<TurnedBack
	strikes := r.point(AtTimer, r.callOffers(n, c, step)&fit)
	switch strikes {
	case TakenOver:
		r.suspend(n)
		r.queue = append([]job{j}, r.queue...)
		return
	case Leaves:
		r.leave(n)
	case Stalled:
		r.stall(c.Instance.Deadline.Add(time.Millisecond))
	case Stopped:
		r.operator.want(saga.Stop, nil)
	case TurnedBack:
		r.operator.want(saga.Compensate, nil)
	}
	res := r.carryOut(n, c, step)
	if saga.OutcomeOf(res.Err) == saga.Pending {
		if r.alarms[step].set.IsZero() {
			r.alarms[step].set = r.at
		}
		r.alarms[step].rest = r.of.steps[step].slept
	}
	if strikes == CrashInCall {
		r.crash(n)
		return
	}
	r.tell(n, c, res)
}

// early looks for a step that goes on although a timer before it still runs, or was never set.
func (r *run) early(c *saga.PendingCall, step int) {
	if c.Call != saga.CallAction {
		return
	}
	for i := range step {
		if !r.of.steps[i].sleep || c.Instance.Steps[i].Mark == saga.PassedOver {
			continue
		}
		switch a := r.alarms[i]; {
		case a.set.IsZero():
			r.violate(NeverEarly, "step %s is called, and the timer %s before it was never set", c.Step, r.of.steps[i].name)
		case r.at.Before(a.rings()):
			r.violate(NeverEarly, "step %s is called %v before the timer %s is over", c.Step, a.rings().Sub(r.at), r.of.steps[i].name)
		}
	}
}

// rang holds a timer that is over to its time.
func (r *run) rang(e *saga.Event) {
	if step := r.of.step(e.Step); e.Kind == saga.EventExpired && step >= 0 && r.of.steps[step].sleep && e.At.Before(r.alarms[step].rings()) {
		r.violate(NeverEarly, "the timer %s is over %v before its time", e.Step, r.alarms[step].rings().Sub(e.At))
	}
}

// A run in which nothing is left to do but to wait leaps to a little before the instance is due, so
// that a saga that sleeps for days is explored as fast as one that does not. It does so at most
// mostLeaps times; what goes on leaping for ever is to be found by [Config.Within].
const (
	leapAfter  = 10 * time.Second // without anything that happens
	leapOver   = time.Minute
	leapBefore = 5 * time.Second
	mostLeaps  = 50
)

// leap passes over the time in which an instance waits for a reply, a timer or its next attempt.
func (r *run) leap() {
	if r.at.Sub(r.moved) < leapAfter || r.waiting() || !r.client.done() || r.operator.busy() || r.leaps == mostLeaps {
		return
	}
	r.look()
	in := &r.seen
	if over := in.Due.Sub(r.at); r.exists && !in.Status.Ended() && in.Status != saga.NeedsAttention && over > leapOver {
		r.leaps++
		r.stall(in.Due.Add(-leapBefore))
	}
}
