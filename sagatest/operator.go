package sagatest

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
)

// operator is a person who intervenes, through the store and whichever node holds the instance.
type operator struct {
	run   *run
	verb  saga.Verb // that is wanted; "" if none
	sent  string    // the command that waits for its answer
	since time.Time // when that was sent, later by as long as everything stood still
	tries int
	count int
	then  func() // when the word was answered; may be nil
}

// mostTries bounds how often an operator looks or previews again, because the instance has moved or
// has no row yet. Every operatorPause is a try. A command must be answered within commandTime, on top of
// the longest call.
const (
	mostTries     = 100
	operatorPause = 300 * time.Millisecond
	commandTime   = 2 * time.Minute
)

// interventionTime is how long a call takes during which a person intervenes, unless its timeout is shorter.
const interventionTime = 3 * time.Second

func (o *operator) busy() bool { return o.verb != "" }

// intervene has a person act while a call is under way. The call to be stopped has reached the
// participant already; that of an instance that is turned back reaches it when it is answered.
func (r *run) intervene(n *node, c *saga.PendingCall, step int, strikes Kind) {
	wait := min(interventionTime, c.Shape.Timeout*4/5)
	if strikes == Stopped {
		r.operator.want(saga.Stop, nil)
		r.tellAfter(n, c, r.carryOut(n, c, step), wait)
		return
	}
	r.in(wait, func() { r.tell(n, c, r.carryOut(n, c, step)) })
	r.operator.want(saga.Compensate, nil)
}

// want has a person act soon. then, if not nil, is what happens once they were answered.
func (o *operator) want(v saga.Verb, then func()) {
	o.verb, o.tries, o.sent, o.then = v, 0, "", then
	o.run.in(operatorPause, o.act)
}

// act previews and sends, or reads the answer to what was sent.
func (o *operator) act() {
	done, err := o.try()
	if o.sent == "" {
		o.tries++
	}
	switch {
	case done && err == nil && o.verb == saga.Stop:
		o.after()
		o.want(saga.Retry, nil)
	case done, o.tries == mostTries:
		o.verb = ""
		o.after()
	default:
		o.run.in(operatorPause, o.act)
	}
}

func (o *operator) after() {
	if o.then != nil {
		o.then()
	}
	o.then = nil
}

// try makes one move. It is done if the intervention was made, or never will be, which the error
// says.
func (o *operator) try() (done bool, err error) {
	ctx, r := o.run.context(), o.run
	if o.sent != "" {
		return o.hear(ctx)
	}
	preview, err := r.reader.of(r).Preview(ctx, saga.Intervention{
		Verb: o.verb, Filter: saga.Filter{IDs: []string{r.of.id}}, By: "operator", Reason: "explored",
	})
	if err != nil || len(preview.Effects) == 0 {
		return false, err
	}
	if err := preview.Effects[0].Refused; err != nil {
		return preview.Effects[0].Instance.Status.Ended(), err
	}
	o.count++
	id := fmt.Sprintf("command-%d", o.count)
	commands, err := preview.Commands(r.at, func(string) string { return id })
	if err == nil {
		err = r.store.Instances().Send(ctx, commands)
	}
	if err != nil {
		r.violate(Explorable, "the store does not take a command: %v", err)
		return true, err
	}
	o.sent, o.since = id, r.at
	r.note("operator", "asks for %s", o.verb)
	return false, nil
}

func (o *operator) hear(ctx context.Context) (done bool, err error) {
	answers, err := o.run.store.Instances().Answers(ctx, []string{o.sent})
	if waited := o.run.at.Sub(o.since); len(answers) == 0 && waited > commandTime+o.run.of.longest(o.run.config.Engine) {
		o.run.violate(EndsOrVisible, "an operator asked for %s, and has no answer after %v", o.verb, waited)
	}
	if err != nil || len(answers) == 0 {
		return false, err
	}
	o.sent = ""
	err = saga.ResultOf(o.run.of.id, answers[0]).Err
	o.run.note("operator", "hears of %s: %s", o.verb, saidOf(err))
	return !errors.Is(err, saga.ErrMoved), err
}
