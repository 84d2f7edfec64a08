package saga

import (
	"context"
	"fmt"
	"reflect"
	"slices"
	"time"
)

// errand is a call that a participant has taken in and not done yet.
type errand struct {
	key    Key
	call   CallKind
	number int
	part   *effectOf
}

// takeIn lets a participant answer later.
func (w *world) takeIn(n *simNode, c callStep, key Key, p *effectOf) {
	w.errands = append(w.errands, errand{key, c.In.Call, c.In.Calls + 1, p})
	w.seen["pending"]++
	w.log(key.Instance, "%s hands in %s %s (seq %d)", n.id, c.In.Call, key, c.In.Seq)
	w.answer(n, c, Pending)
}

// runErrand lets a participant do what it has taken in, in any order, and reply; the reply may get
// lost or come twice.
func (w *world) runErrand(reply bool) {
	if len(w.errands) == 0 {
		return
	}
	i := w.rng.IntN(len(w.errands))
	e := w.errands[i]
	w.errands = append(w.errands[:i:i], w.errands[i+1:]...)
	was := e.part.applied
	o := w.effect(e.call, e.key, e.part, true)
	e.part.byLate = e.part.byLate || !was && e.part.applied
	if sh := w.shapes[len(w.shapes)-1]; !was && e.part.applied && e.part.step == &sh.Steps[1] {
		w.unasked(e.key.Instance, sh, 1) // what others do follows from what they did
	}
	w.log(e.key.Instance, "the participant does %s %s: %s", e.call, e.key, o)
	if keys, err := w.store.Instances().Keys(context.Background(), []string{e.key.Instance}); err != nil || len(keys) == 0 {
		return // nobody whom to tell
	}
	if !reply || w.fault("reply lost", 10) {
		return
	}
	w.replies(e, o)
	if w.fault("reply twice", 15) {
		w.replies(e, o)
	}
}

func (w *world) replies(e errand, o Outcome) {
	id := fmt.Sprint("c", len(w.sent))
	r := Reply{Key: e.key, Call: e.call, Number: e.number, Outcome: o, By: "participant"}
	c, err := r.command(id, w.at, 1000)
	w.ok(err)
	w.log(e.key.Instance, "reply %s: %s %s %s", id, e.call, e.key, o)
	w.sent = append(w.sent, sentCommand{id: id, instance: e.key.Instance, verb: verbReply, reply: r, direct: directAsked})
	n := w.nodes[w.rng.IntN(len(w.nodes))]
	for _, other := range w.nodes {
		if other.hearsDirectly(c.Instance) && w.chance(70) { // it came in where the instance is
			n = other
		}
	}
	_, taken := n.takeReplies([]Command{c}, w.at)
	if len(taken) == 0 {
		w.storeReply(c, withRow)
		return
	}
	w.seen["reply without a row"]++
	w.asked = append(w.asked, askedReply{n, c})
}

// directState is how a reply reaches its instance.
type directState int

const (
	withRow      directState = iota
	directAsked              // of the node that holds the instance
	directDone               // by an entry of the instance
	withRowAgain             // after nobody knew whether it was done
)

// askedReply is a reply whose sender waits to hear that it is durable.
type askedReply struct {
	of      *simNode
	command Command
}

// storeReply gives a reply a row, as its sender does who does not hear that it is durable.
func (w *world) storeReply(c Command, as directState) {
	w.ok(w.store.Instances().Send(context.Background(), []Command{c}))
	if w.chance(50) { // it came in where an engine runs
		w.nodes[w.rng.IntN(len(w.nodes))].handed([]Command{c}, w.at)
	}
	w.sent[slices.IndexFunc(w.sent, func(s sentCommand) bool { return s.id == c.ID })].direct = as
}

// heardDirectly is a sender who is told what came of a reply without a row.
func (w *world) heardDirectly(a answerReply) {
	i := slices.IndexFunc(w.asked, func(q askedReply) bool { return q.command.ID == a.Reply.Command.ID })
	if i < 0 {
		return // it has given up
	}
	w.asked = slices.Delete(w.asked, i, i+1)
	if !a.Done {
		w.storeReply(a.Reply.Command, withRow)
		return
	}
	w.sent[slices.IndexFunc(w.sent, func(s sentCommand) bool { return s.id == a.Reply.Command.ID })].direct = directDone
	w.seen["reply heard without a row"]++
}

// giveUp is what the senders do whose node is gone or slow.
func (w *world) giveUp() {
	for _, q := range slices.Clone(w.asked) {
		there := slices.Contains(w.nodes, q.of)
		if there && !w.chance(1) {
			continue
		}
		delete(q.of.direct, q.command.ID)
		w.asked = slices.DeleteFunc(w.asked, func(o askedReply) bool { return o.command.ID == q.command.ID })
		w.seen["reply given a row again"]++
		w.storeReply(q.command, withRowAgain)
	}
}

// verifyReply holds that a reply which was taken settled something at most once.
func (w *world) verifyReply(c sentCommand, r Result, entries []entry) {
	settled := 0
	for _, e := range entries {
		if e.Kind == EventReplied {
			settled++
		}
	}
	// A refusal of one attempt among several settles nothing: it is asked about, and may be heard again.
	unsettling := c.direct == withRowAgain && c.reply.Outcome == Refused
	switch {
	case settled > 1 && !unsettling, r.Err != nil && len(entries) > 0 && c.direct != withRowAgain:
		w.fail(c.instance, "reply %s was refused, %v, and is in the history", c.id, r.Err)
	case r.Err == nil && len(entries) == 0 && w.keptBefore(c):
		w.seen["reply kept before"]++
	case r.Err == nil && len(entries) == 0:
		w.fail(c.instance, "reply %s was taken, and settled %d times", c.id, settled)
	case r.Err != nil:
		w.seen["reply too late"]++
	case settled > 0:
		w.seen["reply heard"]++
	}
}

// keptBefore reports whether another reply that says the same was kept.
func (w *world) keptBefore(c sentCommand) bool {
	return slices.ContainsFunc(w.sent, func(o sentCommand) bool {
		return o.id != c.id && o.verb == verbReply && reflect.DeepEqual(o.reply, c.reply) &&
			slices.ContainsFunc(w.inHistory(o), func(e entry) bool { return e.Kind == EventKept })
	})
}

// repliesEnded reports whether what got replies has ended: until then its history may lag behind the
// journal. Nobody may have been told of its start.
func (w *world) repliesEnded() bool {
	for _, c := range w.sent {
		if c.verb != verbReply {
			continue
		}
		in, _, err := w.reading().stored(context.Background(), c.instance)
		w.ok(err)
		if in.live() {
			return false
		}
	}
	return true
}

// callsNobody is a timer, or a step that is not needed.
func (w *world) callsNobody(n *simNode, c callStep) {
	h := happened{at: w.at}
	if c.Shape.Steps[c.In.Step].Sleep {
		w.seen["timer"]++
		h.heard(asleep(time.Duration(w.rng.IntN(4000)) * time.Millisecond))
	} else {
		w.seen["not needed"]++
		h.heard(NotNeeded)
	}
	w.log(c.In.ID, "%s: %s calls nobody: %s", n.id, c.Shape.Steps[c.In.Step].Name, h.outcome)
	n.answered(c.In.ID, c.Serial, h)
}
