package saga

import (
	"container/heap"
	"time"
)

// decide moves a resident by the rule and journals the transition. What follows from it, a call
// above all, waits until it is durable unless the rule lets it run ahead.
func (n *node) decide(r *resident, h happened) {
	after, err := decide(r.shape, r.now, h)
	if err != nil {
		n.do(warn{Text: "an impossible transition was refused", Err: err})
		return
	}
	n.decided(r, after, h, nil)
}

// decided journals a transition, together with the answer to the command that asked for it.
func (n *node) decided(r *resident, after *instance, h happened, answer *Answer) {
	before := r.now
	p := newPending(r, record(before, after, h), after)
	p.encoded = n.page.add(&p.entry)
	r.now, p.answer = after, answer
	if len(h.patch) > 0 || r.memo == nil {
		r.memo = &stateMemo{}
	}
	r.undone++
	n.batch = append(n.batch, p)
	if h.kind == EventReleased || n.leaving {
		return
	}
	if len(r.orders) == 0 && mayRunAhead(r.shape, before, after, h) {
		p.lazy = true
		n.act(r, h.at)
		return
	}
	p.act = true
	if h.kind != EventStarted && after.live() && (after.Still || after.Due.Sub(h.at) > n.rules.keep && (!after.Waits || r.shape.Steps[after.Step].Sleep)) {
		p.act = false
		n.decide(r, happened{kind: EventReleased, at: h.at})
	}
}

// act does what the instance is at: call its open step, or wait for it.
func (n *node) act(r *resident, at time.Time) {
	if !r.now.live() || r.now.Still || r.serial != 0 || n.leaving {
		return
	}
	if r.now.Due.After(at) && r.now.ready() == nil {
		r.due = r.now.Due
		if r.now.Waits { // a reply often comes at once
			r.due = earlier(r.due, at.Add(n.rules.keep))
		}
		heap.Push(&n.timers, r)
		return
	}
	n.wake(r, at)
}

// wake is a resident whose time has come.
func (n *node) wake(r *resident, at time.Time) {
	if n.leaving || r.frozen || !r.now.live() {
		return
	}
	if !n.runs[shapeKey{r.now.Definition, r.now.Version}] {
		n.decide(r, happened{kind: EventParked, at: at, reason: UnknownDefinition})
		return
	}
	if r.now.Reason == UnknownDefinition { // it came back
		n.decide(r, happened{kind: EventResumed, at: at})
		return
	}
	if r.shape.turnsBy(r.now) && !at.Before(r.now.Deadline) {
		n.decide(r, happened{kind: EventTurned, at: at})
		return
	}
	if r.now.Waits || r.now.ready() != nil {
		n.waited(r, at)
		return
	}
	n.callOpen(r)
}

// callOpen calls what is open, or hears the reply to it.
func (n *node) callOpen(r *resident) {
	n.serial++
	n.calls++
	r.serial = n.serial
	n.do(callStep{In: r.now, Shape: r.shape, Serial: r.serial, Memo: r.memo, Reply: r.reply})
}

// answered is the end of a call. One that the node no longer waits for counts for nothing: its
// instance was taken over, or the call outlived its timeout.
func (n *node) answered(id string, serial int64, h happened) {
	n.calls--
	r := n.live[id]
	if r == nil || r.serial != serial || n.over {
		return
	}
	r.serial = 0
	if h.patch != nil && r.now.State.with(h.patch).size() > n.rules.stateLimit {
		h.patch, h.outcome = nil, Unknown
		h.said = ErrTooLarge.Error() + "; keep references in the state, not bodies"
	}
	if r.reply != nil {
		n.replied(r, h)
	} else {
		h.kind = EventAnswered
		n.decide(r, h)
	}
	if r.resume && r.now.Status == NeedsAttention && !n.leaving {
		n.decide(r, happened{kind: EventResumed, at: h.at})
	}
	r.resume = false
	n.operateAll(r, h.at)
}

func (n *node) unschedule(r *resident) {
	if r.index >= 0 {
		heap.Remove(&n.timers, r.index)
	}
}

// withdrawn says that a call was not made after all: because the node stops calling, or because a
// person wants something else first.
func (n *node) withdrawn(id string, serial int64, at time.Time) {
	n.calls--
	r := n.live[id]
	if r == nil || r.serial != serial {
		return
	}
	r.serial = 0
	if r.reply != nil { // it is heard again
		delete(n.commands, r.reply.ID)
		r.reply = nil
	}
	if n.over || n.leaving {
		return
	}
	n.operateAll(r, at)
	if r.undone == 0 { // nothing came of it
		n.act(r, at)
	}
}
