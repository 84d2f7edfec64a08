package sagatest

import (
	"errors"
	"time"

	"github.com/seosa-dev/saga"
)

// client is whoever starts the instance. It repeats a start whose outcome it was not told.
type client struct {
	run     *run
	asks    []*ask // that have no answer yet
	acked   bool
	gaveUp  bool
	unknown bool // some start was never answered definitely
	ended   time.Time
	another asked // the start of another input under the same id
}

// ask is one call of Start.
type ask struct {
	of    *node
	other bool // with another input
	extra bool // only to have an instance in attention go on
}

// asked says how far the start of another input is.
type asked int

const (
	notAsked asked = iota
	asking
	answered
)

// clientPatience is how long a client waits for an answer, and clientPause until it asks again.
const (
	clientPatience = time.Minute
	clientPause    = 100 * time.Millisecond
)

// start is the first start.
func (c *client) start() {
	if c.run.broken != nil {
		return
	}
	if c.run.point(AtStart, setOf(StartsTwice)) == StartsTwice {
		c.ask(&ask{of: c.run.boot()})
	}
	c.ask(&ask{of: c.run.nodes[0]})
}

func (c *client) ask(a *ask) {
	r := c.run
	if r.broken != nil {
		return
	}
	input, what := r.of.input, "starts"
	if a.other {
		input, what = r.of.other, "starts with another input"
	}
	c.asks = append(c.asks, a)
	r.note("client", "%s %s at %s", what, r.of.id, a.of.name)
	if err := a.of.loop.Start(r.of.definition, r.of.id, input, r.at); err != nil {
		r.violate(Explorable, "the start is refused: %v", err)
	}
	r.schedule(timer{at: r.at.Add(clientPatience), do: func() { c.lost(a) }, idle: true})
}

// heard is an answer from a node.
func (c *client) heard(n *node, answer *saga.StartAnswer) {
	conflict := errors.Is(answer.Err, saga.ErrConflict)
	i := c.answered(n, conflict)
	if i < 0 {
		return
	}
	a := c.asks[i]
	c.asks = append(c.asks[:i:i], c.asks[i+1:]...)
	c.run.moved = c.run.at
	c.run.note("client", "hears from %s: %s", n.name, saidOf(answer.Err))
	switch {
	case a.other:
		c.otherAnswered(a, answer.Err)
	case answer.Err == nil:
		c.acknowledged(a)
	case conflict:
		c.run.violate(SameAnswer, "a start with the same id and input is refused: %v", answer.Err)
	default:
		c.refused(a, answer.Err)
	}
}

// answered is the index of the start that a node answers, or -1. An answer names its id only, and those
// of one node to two inputs come in any order, so a conflict is that of the other input if there is one.
func (c *client) answered(n *node, conflict bool) int {
	first := -1
	for i, a := range c.asks {
		switch {
		case a.of != n:
		case a.other == conflict:
			return i
		case first < 0:
			first = i
		}
	}
	return first
}

func (c *client) acknowledged(a *ask) {
	c.run.durableStart("a start is acknowledged", NothingLost)
	first := !c.acked
	c.acked = true
	if first && !a.extra && c.run.of.other != nil && c.run.point(AtStart, setOf(StartsOther)) == StartsOther {
		c.another = asking
		c.startOther()
	}
}

func (c *client) startOther() {
	if n := c.run.newest(); n != nil {
		c.ask(&ask{of: n, other: true})
	}
}

func (c *client) otherAnswered(a *ask, err error) {
	switch {
	case err == nil:
		c.run.violate(SameAnswer, "a start with the same id and another input is acknowledged")
	case errors.Is(err, saga.ErrConflict):
		c.another = answered
	default:
		c.run.in(clientPause, c.startOther)
	}
}

// refused is an answer that is neither a yes nor final.
func (c *client) refused(a *ask, err error) {
	if saga.OutcomeOf(err) != saga.NotDone {
		c.unknown = true
	} else if !c.acked && !c.unknown && len(c.asks) == 0 {
		c.neverStarted("the client is told so")
	}
	c.goOn(a)
}

// neverStarted checks that what a client was told was not started is not there.
func (c *client) neverStarted(when string) {
	keys, err := c.run.store.Instances().Keys(c.run.context(), []string{c.run.of.id})
	if err != nil || len(keys) > 0 {
		c.run.violate(NothingLost, "a client is told that nothing was started, and the instance exists when %s", when)
	}
}

// cutOff is a node that died.
func (c *client) cutOff(n *node) {
	for _, a := range append([]*ask(nil), c.asks...) {
		if a.of == n {
			c.lost(a)
		}
	}
}

// lost is a start that gets no answer.
func (c *client) lost(a *ask) {
	for i, o := range c.asks {
		if o != a {
			continue
		}
		c.asks = append(c.asks[:i:i], c.asks[i+1:]...)
		c.run.note("client", "gets no answer from %s", a.of.name)
		if a.other {
			c.run.in(clientPause, c.startOther)
			return
		}
		c.unknown = true
		c.goOn(a)
		return
	}
}

// goOn repeats a start, or gives up.
func (c *client) goOn(a *ask) {
	if c.acked || a.extra || c.gaveUp {
		return
	}
	for _, o := range c.asks {
		if !o.other {
			return // another one may yet be answered
		}
	}
	if c.run.point(AtStart, setOf(GivesUp)) == GivesUp {
		c.gaveUp, c.ended = true, c.run.at
		return
	}
	c.run.in(clientPause, func() {
		if n := c.run.newest(); n != nil && !c.acked {
			c.ask(&ask{of: n})
		}
	})
}

// resume repeats the start of an instance that needs attention.
func (c *client) resume() {
	if n := c.run.newest(); n != nil {
		c.ask(&ask{of: n, extra: true})
	}
}

// done reports whether nobody waits for an answer.
func (c *client) done() bool {
	return len(c.asks) == 0 && (c.acked || c.gaveUp) && c.another != asking
}
