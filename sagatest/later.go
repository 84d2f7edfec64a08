package sagatest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

// Later is what a step's function returns, or the client that it calls, when a participant takes the
// call in and answers by a reply ([saga.Pending]). The explorer has do carried out a little later and
// delivers what it says, unless a fault has it come early, late, twice, never or elsewhere. do is a
// method of a [Participant], or your own model; an error that says nothing is a reply that never comes.
// A nil do is somebody who decides: a yes, unless the explorer has them refuse.
//
// reply needs a Key, that of the Attempt. Its Data are what the step's Reply function gets, its By is
// made up if it is empty, and its Call and Outcome are filled in.
//
//	Action: func(_ context.Context, o *Order, a saga.Attempt) error {
//		return w.Later(saga.Reply{Key: a.Key, Data: receipt}, bank.Do)
//	},
func (w *World) Later(reply saga.Reply, do func(ctx context.Context, key saga.Key) error) error {
	return w.run.takeIn(reply, do)
}

// errand is a call that was taken in.
type errand struct {
	reply saga.Reply
	do    func(context.Context, saga.Key) error
	step  int
	place Place // of the call
	sent  int   // its number
	late  bool  // it was late itself
	done  bool
}

// When a participant that is not disturbed does its work, and when its reply comes: later than a call is
// repeated, so that what should not be repeated shows. One that comes elsewhere comes when the instance has
// left its node's memory. None takes longer than the step waits.
const (
	workAfter      = 10 * time.Millisecond
	replyAfter     = 300 * time.Millisecond
	elsewhereAfter = 3 * time.Second
)

// takeIn notes a call that a participant answers later.
func (r *run) takeIn(reply saga.Reply, do func(context.Context, saga.Key) error) error {
	step, err := r.stepOf(reply.Key)
	unasked := err == nil && r.of.steps[step].expected && !reply.Key.Undo && r.calling == AtAction
	switch {
	case err != nil, unasked:
	case r.calling < AtAction || reply.Key.Undo != (r.calling == AtCompensation):
		err = fmt.Errorf("key %s is not that of the call which is being made; pass the Key of the Attempt, and call Later in that call", reply.Key)
	case !r.of.steps[step].reply:
		err = fmt.Errorf("step %s has no Reply, so that nothing can be replied to it; give it one, and a ReplyTimeout", reply.Key.Step)
	}
	if err != nil {
		r.violate(Explorable, "World.Later: %v", err)
		return err
	}
	reply.Call, reply.Number = callAt(r.calling), r.number
	if unasked {
		reply.Number = 0
	}
	e := &errand{reply: reply, do: do, step: step, place: r.calling, sent: r.sent, late: r.lateNow}
	r.errands = append(r.errands, e)
	if r.telling {
		r.note("world", "the %s %s is taken in", reply.Call, reply.Key)
	}
	r.answerLater(e, r.point(AtReply, r.replyOffers()))
	return saga.Pending
}

// anyReply is what can befall a reply.
const anyReply kinds = 1<<ReplyLost | 1<<ReplyTwice | 1<<ReplyEarly | 1<<ReplyCrosses | 1<<ReplyElsewhere | 1<<ReplyLate | 1<<WorkLate | 1<<WorkLast

func (r *run) replyOffers() kinds {
	offers := anyReply | setOf(Stopped, TurnedBack)
	if r.operator.busy() {
		offers = offers.without(Stopped, TurnedBack)
	}
	return offers
}

// answerLater has an errand done, and replied to, when and how a fault wants it.
func (r *run) answerLater(e *errand, strikes Kind) {
	timeout := r.of.steps[e.step].replyTimeout
	replies := func() { r.deliver(r.work(e), nil) }
	works := func(after time.Duration, then func(reply *saga.Reply)) {
		r.in(min(workAfter, timeout/8), func() {
			reply := r.work(e)
			r.in(min(after, timeout/2), func() { then(reply) })
		})
	}
	switch strikes {
	case ReplyLost:
		works(0, func(*saga.Reply) {})
	case ReplyTwice:
		works(replyAfter, func(reply *saga.Reply) {
			r.deliver(reply, nil)
			r.soon = append(r.soon, lateCall{do: func() { r.deliver(reply, nil) }})
		})
	case ReplyEarly:
		replies()
	case ReplyLate:
		works(0, func(reply *saga.Reply) {
			r.soon = append(r.soon, lateCall{do: func() { r.deliver(reply, nil) }})
		})
	case ReplyCrosses:
		r.crossing = append(r.crossing, replies)
	case ReplyElsewhere:
		works(elsewhereAfter, func(reply *saga.Reply) { r.deliver(reply, r.boot()) })
	case WorkLate:
		e.late = true
		r.soon = append(r.soon, lateCall{do: replies})
	case WorkLast:
		e.late = true
		r.last = append(r.last, lateCall{do: replies})
	case Stopped:
		r.operator.want(saga.Stop, replies)
	case TurnedBack:
		r.operator.want(saga.Compensate, replies)
	default:
		works(replyAfter, func(reply *saga.Reply) { r.deliver(reply, nil) })
	}
}

// cross lets the replies come that were to meet an instance which leaves its node's memory.
func (r *run) cross() {
	for _, replies := range r.crossing {
		r.in(0, replies)
	}
	r.crossing = nil
}

// work lets a participant do what it took in. The reply is nil if it does not come to an answer.
func (r *run) work(e *errand) *saga.Reply {
	if e.done || r.broken != nil {
		return nil
	}
	e.done = true
	calling, sent, late, heard := r.calling, r.sent, r.lateNow, r.heard
	defer func() { r.calling, r.sent, r.lateNow, r.heard = calling, sent, late, heard }()
	count, net := r.effects.count[e.step], r.effects.net[e.step]
	r.calling, r.sent, r.heard, r.moved = e.place, e.sent, "", r.at
	r.lateNow = e.late || r.effects.denied[e.step] > e.sent
	err := r.decide(e)
	said, reply := saga.OutcomeOf(err), e.reply
	if r.telling {
		r.note("world", "the %s %s is done: %s", reply.Call, reply.Key, saidOf(err))
	}
	r.truthful("the reply to the "+string(reply.Call), reply.Call, reply.Key, said, count, net)
	if said != saga.Succeeded && said != saga.Refused && said != saga.NotDone {
		return nil
	}
	reply.Outcome = said
	if err != nil && reply.Reason == "" {
		reply.Reason = err.Error()
	}
	return &reply
}

// decide is what the participant makes of an errand.
func (r *run) decide(e *errand) error {
	if e.do != nil {
		return e.do(r.context(), e.reply.Key)
	}
	return r.answer("somebody", e.reply.Key, setOf(Refuses), func() error { return nil })
}

// unheard are the errands of calls that came after the end: they are done, and nobody is told.
func (r *run) unheard() {
	for i := 0; i < len(r.errands); i++ {
		r.work(r.errands[i])
	}
}

// deliveries are replies that were handed in.
type delivery struct {
	id    string
	reply saga.Reply
	at    time.Time
	sure  bool // its sender was told that it is durable
}

// deliverPause is how long a sender waits that was not told so, before it delivers again.
const deliverPause = 100 * time.Millisecond

// deliver hands a reply in at a node, or at the newest if nil.
func (r *run) deliver(reply *saga.Reply, at *node) {
	if reply == nil || r.broken != nil {
		return
	}
	if at == nil || at.dead {
		at = r.newest()
	}
	if at == nil {
		at = r.boot()
	}
	d := delivery{id: fmt.Sprintf("reply-%d", len(r.deliveries)+1), reply: *reply, at: r.at}
	if d.reply.By == "" {
		d.reply.By = d.id
	}
	r.note(at.name, "is handed %s: the %s %s %s", d.id, reply.Call, reply.Key, reply.Outcome)
	n := len(r.deliveries)
	r.deliveries = append(r.deliveries, d)
	err := at.loop.Deliver(r.context(), at.door, d.id, d.reply, r.at)
	r.stale, r.moved = true, r.at
	switch {
	case err == nil:
		r.deliveries[n].sure = true
		if reply.Call == saga.CallProbe && reply.Outcome == saga.NotDone {
			r.effects.replied[r.of.step(reply.Key.Step)] = true
		}
	case errors.Is(err, errDead), errors.Is(err, errHeld), errors.Is(err, errLost):
		r.in(deliverPause, func() { r.deliver(reply, nil) })
	case errors.Is(err, saga.ErrNotFound):
		r.violate(NothingLost, "a reply comes for a call that was made, and the instance does not exist: %v", err)
	default:
		r.violate(Explorable, "a reply is refused: %v", err)
	}
}
