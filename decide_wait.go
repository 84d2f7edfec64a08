package saga

import "time"

// waits leaves the open call open: a reply settles it, or that so much time has passed without one.
// Who needs attention goes on needing it while the answer to one more try is awaited.
func (d *decision) waits(within time.Duration) {
	if d.Reason != InDoubt && d.Reason != CannotFinish && d.Reason != UndoUnfinished {
		d.proceed()
	}
	d.Waits, d.Still, d.Due = true, false, d.at.Add(within)
}

// interrupted is what follows from anything else than a reply that happens to a call which waits for
// one: it may have taken effect.
func (d *decision) interrupted() {
	if !d.Waits {
		return
	}
	d.Waits = false
	if d.Call == CallAction && d.mark(d.Step) == markNone {
		d.doubt(d.Step)
	}
}

// expired says that no reply came in time, or that a timer's time has come.
func (d *decision) expired() {
	d.Waits = false
	if d.step().Sleep {
		d.tookEffect()
		return
	}
	d.Detail = "no reply within " + d.step().ReplyTimeout.String()
	d.settleCall(d.Call, Unknown)
}

// replied is a reply to what is open.
func (d *decision) replied(h happened) {
	outcome := h.outcome
	if h.outcome == NotDone { // of which attempt it is not said, so another may still take effect
		if h.call == CallAction && d.mark(d.Step) == markMaybe {
			outcome = Unknown
		}
		d.interrupted()
	}
	d.Waits = false
	d.wrote(h.patch)
	d.State = d.State.with(h.patch)
	switch {
	case d.Turns:
		d.settled(h.call, h.outcome)
	case h.clash != "":
		d.clashed(h.clash)
	default:
		if d.news(h.call, h.outcome) {
			d.Detail = h.said
		}
		d.answer = h.outcome
		d.settleCall(h.call, outcome)
	}
	d.drop(h.command)
}
