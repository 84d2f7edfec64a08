package saga

import (
	"container/heap"
	"slices"
	"time"
)

// decide moves a resident by the rule and journals the transition. What follows from it, a call
// above all, waits until it is durable unless the rule lets it run ahead.
func (n *node) decide(r *resident, h happened) {
	h.busy = r.busy()
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
	if h.ofStep() {
		before = before.focused(h.step)
	}
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
	if next := after.following(r.shape, before); len(r.orders) == 0 && next != nil && mayRunAhead(r.shape, before, next, h) {
		p.lazy, p.act = true, len(after.Others) > 0
		n.wake(r, next.Step, h.at)
		return
	}
	p.act = true
	if h.kind != EventStarted && n.rests(r, h.at) {
		p.act = false
		n.decide(r, happened{kind: EventReleased, at: h.at})
	}
}

// rests reports whether nothing of an instance moves for so long that it need not be kept in memory.
func (n *node) rests(r *resident, at time.Time) bool {
	if !r.now.live() || r.calling() || r.now.Turns {
		return false
	}
	for i := range r.now.width() {
		t := r.now.nth(i)
		if r.now.ready(t.Step) != nil || !t.Still && (t.Due.Sub(at) <= n.rules.keep || t.Waits && !r.shape.Steps[t.Step].Sleep) {
			return false
		}
	}
	return true
}

// act does what the instance is at: call its open steps, or wait for them; rested says that it was in
// memory for a while already.
func (n *node) act(r *resident, at time.Time, rested bool) {
	if !r.now.live() || r.now.Released || r.frozen || n.leaving || r.held() {
		return
	}
	n.unschedule(r)
	waits, lets := false, rested && !r.calling()
	for i := range r.now.width() {
		t := r.now.nth(i)
		if t.Still && r.now.ready(t.Step) == nil || r.calls(t.Step) || !r.sure(t) {
			lets = lets && t.Still
			continue
		}
		if !t.Due.After(at) || r.now.ready(t.Step) != nil {
			was := r.now
			if n.wake(r, t.Step, at); r.now != was { // what follows waits until that is durable
				return
			}
			lets = false
			continue
		}
		due := t.Due
		if t.Waits && !rested { // a reply often comes at once
			due = earlier(due, at.Add(n.rules.keep))
		}
		if !waits || due.Before(r.due) {
			r.due, waits = due, true
		}
		lets = lets && (t.Waits || t.Due.Sub(at) > n.rules.keep)
	}
	switch {
	case lets: // long enough in memory
		n.decide(r, happened{kind: EventReleased, at: at})
	case waits:
		heap.Push(&n.timers, r)
	}
}

// held reports whether a person's word waits until nothing is being called.
func (r *resident) held() bool {
	return slices.ContainsFunc(r.orders, func(o order) bool { return o.Verb != verbReply })
}

// wake is an open step whose time has come.
func (n *node) wake(r *resident, step int, at time.Time) {
	if n.leaving || r.frozen || !r.now.live() {
		return
	}
	timer := r.shape.Steps[step].Sleep && r.now.find(step).Waits // its end needs none of the definition's functions
	if !timer && !n.runs[shapeKey{r.now.Definition, r.now.Version}] {
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
	switch k, t := r.now.ready(step), r.now.find(step); {
	case k != nil && !(r.shape.Steps[step].When && r.now.unasked(t)): // else it is asked first whether it is needed
		n.hearReply(r, k)
	case t.Waits:
		n.decide(r, happened{kind: EventExpired, at: at, step: step})
	default:
		n.call(r, step, nil)
	}
}

// call calls an open step, or lets it hear the reply to it.
func (n *node) call(r *resident, step int, reply *kept) {
	n.serial++
	n.calls++
	r.flights = append(r.flights, flight{step, n.serial, reply})
	n.do(callStep{In: r.now.focused(step), Shape: r.shape, Serial: n.serial, Memo: r.memo, Reply: reply})
}

// answered is the end of a call. One that the node no longer waits for counts for nothing: its
// instance was taken over, or the call outlived its timeout.
func (n *node) answered(id string, serial int64, h happened) {
	n.calls--
	r := n.live[id]
	if r == nil || n.over {
		return
	}
	f, ok := r.ended(serial)
	if !ok {
		return
	}
	h.step = f.step
	n.bound(r, &h)
	if f.reply != nil {
		n.replied(r, f.reply, h)
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

// bound takes the changes from an answer that cannot be recorded. What it says stands then for nothing.
func (n *node) bound(r *resident, h *happened) {
	if h.patch == nil {
		return
	}
	switch clash := r.now.clash(r.shape, h.step, h.patch); {
	case clash != "" && h.outcome == Refused: // a no is worth more than a note about it
		h.patch = nil
	case clash != "":
		h.patch, h.outcome, h.said, h.clash = nil, Unknown, clash, clash
	}
	if r.now.State.with(h.patch).size() > n.rules.stateLimit {
		h.patch, h.outcome = nil, Unknown
		h.said = ErrTooLarge.Error() + "; keep references in the state, not bodies"
	}
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
	if r == nil {
		return
	}
	f, ok := r.ended(serial)
	if !ok {
		return
	}
	if f.reply != nil { // it is heard again
		delete(n.commands, f.reply.ID)
		n.heardDirectly(f.reply.ID, false)
	}
	if r.now.Turns && !n.over {
		n.decide(r, happened{kind: EventAnswered, at: at, step: f.step, outcome: NotDone})
	}
	if n.over || n.leaving {
		return
	}
	n.operateAll(r, at)
	if r.undone == 0 { // nothing came of it
		n.act(r, at, false)
	}
}
