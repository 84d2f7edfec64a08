package saga

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// reply is a reply that waits for an instance which this node holds, and whose step nobody is calling.
func (n *node) reply(r *resident, o order, at time.Time) {
	k := kept{ID: o.ID, Call: o.Call, Round: o.Round, Number: o.Number, Outcome: o.Outcome, Data: o.Data, By: o.By, Reason: o.Reason}
	k.Step = slices.IndexFunc(r.shape.Steps, func(st StepShape) bool { return st.Name == o.Step })
	if k.Step < 0 {
		n.refuseOrder(o.ID, fmt.Errorf("%w: its definition has no step %q", ErrInvalid, o.Step))
		return
	}
	f, why := fitOf(r.now, &k)
	same, first := r.now.before(&k)
	switch {
	case r.shape.Steps[k.Step].Sleep:
		n.refuseOrder(o.ID, fmt.Errorf("%w: step %q is a timer, which nobody answers; a person may skip it", ErrInvalid, o.Step))
	case f == fitLate:
		n.refuseOrder(o.ID, fmt.Errorf("%w: %s", ErrLate, why))
	case !r.shape.Steps[k.Step].Reply && r.now.uncalled(&k):
		n.refuseOrder(o.ID, fmt.Errorf("%w: step %q was not called so far and has no Reply, so nothing can settle it before its action does", ErrInvalid, o.Step))
	case same:
		n.keptBefore(o.ID, r.now.Status)
	case first != nil && !r.shape.Steps[k.Step].Expects && r.now.uncalled(&k): // of what is expected, one no is not all
		n.refuseOrder(o.ID, fmt.Errorf("%w: %s said before that it is %s, and is believed", ErrLate, cmp.Or(first.By, "somebody"), string(first.Outcome)))
	case f == fitOpen && n.runs[shapeKey{r.now.Definition, r.now.Version}]:
		n.hearReply(r, &k)
	case len(r.now.Early) >= mostKept || r.now.earlySize()+k.size() > n.rules.stateLimit:
		n.refuseOrder(o.ID, fmt.Errorf("%w: an instance keeps %d replies that come early, of %d bytes together; deliver it again when its step is open",
			ErrTooLarge, mostKept, n.rules.stateLimit))
	default:
		n.keepReply(r, &k, at)
	}
}

// keptBefore answers a reply that came before and is kept. It is answered with the next append, since
// the one before need not be durable yet.
func (n *node) keptBefore(command string, s Status) {
	if !n.heardDirectly(command, false) {
		n.refusals = append(n.refusals, Answer{ID: command, Data: answerData{Format: format, Status: s}.bytes()})
	}
}

// keepReply is for one that is heard later, by a node that has the definition once its step is open.
func (n *node) keepReply(r *resident, k *kept, at time.Time) {
	h := happened{kind: EventKept, at: at, reply: k}
	after, err := decide(r.shape, r.now, h)
	if err != nil {
		n.refuseOrder(k.ID, err)
		return
	}
	n.unschedule(r)
	n.decided(r, after, h, &Answer{ID: k.ID, Data: answerData{Format: format, Status: after.Status}.bytes()})
}

// hearReply lets the step fold a reply in.
func (n *node) hearReply(r *resident, k *kept) {
	n.unschedule(r)
	n.call(r, k.Step, k)
}

// replied is a reply that its step has folded in.
func (n *node) replied(r *resident, k *kept, h happened) {
	h.kind, h.command, h.by, h.call, h.busy = EventReplied, k.ID, k.By, k.Call, r.busy()
	after, err := decide(r.shape, r.now, h)
	if err != nil {
		n.do(warn{Text: "an impossible transition was refused", Err: err})
		return
	}
	var answer *Answer
	if !slices.ContainsFunc(r.now.Early, func(e kept) bool { return e.ID == k.ID }) { // else it was answered when it came
		answer = &Answer{ID: k.ID, Data: answerData{Format: format, Status: after.Status}.bytes()}
	}
	n.decided(r, after, h, answer)
}

// notHeld returns the replies for instances that this node does not hold.
func (n *node) notHeld(commands []Command) (rest []Command) {
	for _, c := range commands {
		if !n.hearsDirectly(c.Instance) {
			rest = append(rest, c)
		}
	}
	return rest
}

// hearsDirectly reports whether a reply for an instance needs no row: it settles its step, or is kept,
// by an entry of the instance.
func (n *node) hearsDirectly(id string) bool {
	r := n.live[id]
	return !n.over && !n.leaving && r != nil && !r.frozen && r.known != nil && r.now.live() && !r.now.Released
}

// takeReplies takes replies for instances that this node holds, and returns the others.
func (n *node) takeReplies(commands []Command, at time.Time) (rest []Command, taken []*directReply) {
	for _, c := range commands {
		if !n.hearsDirectly(c.Instance) {
			rest = append(rest, c)
			continue
		}
		d := &directReply{Command: c, told: make(chan bool, 1)}
		n.direct[c.ID] = d
		taken = append(taken, d)
		n.command(c, at)
	}
	return rest, taken
}

// heardDirectly says what came of a reply without a row. It is false if there is none of that id.
func (n *node) heardDirectly(command string, done bool) bool {
	d := n.direct[command]
	if d == nil {
		return false
	}
	delete(n.direct, command)
	delete(n.commands, command)
	n.do(answerReply{d, done})
	return true
}
