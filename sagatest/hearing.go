package sagatest

import (
	"time"

	"github.com/seosa-dev/saga"
)

// hearing has a step's Reply function fold a reply in, unless a fault has it done differently. Nobody is
// called.
func (r *run) hearing(j job) {
	n, c := j.of, j.task.Call
	step := r.of.step(c.Step)
	const fit = 1<<CrashInCall | 1<<TakenOver | 1<<Leaves | 1<<Stalled | 1<<Stopped | 1<<TurnedBack
	strikes := r.point(AtHearing, r.callOffers(n, c, step)&fit)
	switch strikes {
	case TakenOver:
		r.suspend(n)
		r.queue = append([]job{j}, r.queue...)
		return
	case CrashInCall:
		r.foldIn(n, c)
		r.crash(n)
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
	res := r.foldIn(n, c)
	if strikes == Stopped || strikes == TurnedBack { // the word comes while it is heard
		r.tellAfter(n, c, res, interventionTime)
		return
	}
	r.tell(n, c, res)
}

// foldIn lets the Reply function hear a reply, and notes what it makes of the state.
func (r *run) foldIn(n *node, c *saga.PendingCall) saga.CallResult {
	r.moved, r.heard = r.at, c.Reply.Outcome
	res := r.reach(c)
	said := saga.OutcomeOf(res.Err)
	if r.telling {
		r.note(n.name, "hears %s about the %s %s: %s", c.Reply.By, c.Reply.Call, c.Reply.Key, saidOf(res.Err))
	}
	if said != c.Reply.Outcome { // else it was true when it was said
		step := r.of.step(c.Step)
		r.truthful("the Reply function, which heard of the "+string(c.Reply.Call), c.Reply.Call, c.Reply.Key, said, r.effects.count[step], r.effects.net[step])
	}
	r.folded[c.Reply.By] = res.Changed()
	return res
}
