package saga

import (
	"maps"
	"slices"
	"time"
)

// quit begins an orderly end: no new start, call or claim; calls under way may answer until by.
func (n *node) quit(at, by time.Time) {
	if !n.leaving && !n.over {
		n.leaving, n.leaveBy = true, by
		n.refuseWaiting(ErrClosed)
		for _, r := range n.live {
			n.unschedule(r)
		}
	}
}

// leave takes the next step out, if the one before is done: answers in, everything released,
// appended, and written together with the node's own seal.
func (n *node) leave(at time.Time) {
	if !n.leaving || n.handedOver || n.calls > 0 && at.Before(n.leaveBy) {
		return
	}
	for _, id := range slices.Sorted(maps.Keys(n.live)) {
		r := n.live[id]
		// A start that is not durable yet may find its id taken, and then nothing may follow it.
		if r.now.live() && !r.now.Released && r.known != nil {
			n.release(r, at)
		}
	}
	if len(n.batch) > 0 || len(n.refusals) > 0 || n.flight != nil || n.writing != nil {
		return
	}
	d := n.draft()
	d.Drain = true
	n.handedOver = true
	n.do(sealSelf{d})
}

func (n *node) release(r *resident, at time.Time) {
	if r.calling() { // its calls did not answer in time, so nobody knows
		r.flights = nil
		n.decide(r, happened{kind: EventRecovered, at: at})
	}
	n.decide(r, happened{kind: EventReleased, at: at})
}

// left says that this incarnation is drained.
func (n *node) left() {
	n.over = true
}
