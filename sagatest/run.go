package sagatest

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// run is one case under one schedule: nodes, clients, participants and the clock, on one goroutine.
// Nothing in it depends on anything but the case and the chooser.
type run struct {
	of       *plainCase
	config   *Config
	enabled  kinds
	modelled []bool // steps whose effects are counted; nil in the run that finds out
	choose   chooser
	store    saga.Store
	reader   *reader

	at     time.Time
	turns  int     // since time passed
	effort int     // things done in all, roughly
	nodes  []*node // that live, in order of their birth
	booted int
	queue  []job // to be done now
	timers []timer
	serial int // of timers

	trail  []offer // what could have struck, by point
	struck []strike
	quiet  int // above zero: nothing strikes

	participants map[string]*Participant
	refused      map[saga.Key]bool // by World.Answer
	effects      effects
	client       client
	operator     operator
	soon, last   []lateCall
	errands      []*errand
	deliveries   []delivery
	crossing     []func()          // replies that wait for a release
	folded       map[string]string // what a reply changed, by who said it
	alarms       []alarm           // by step
	calls        int               // sent so far
	sent         int               // which of them is being made
	calling      Place             // what it is to
	number       int               // of the attempt
	heard        saga.Outcome      // what a participant of the world last answered in it; "" if nothing
	lateNow      bool              // it is late, or of a node that was taken over
	replaying    bool
	replayed     map[saga.Key]bool
	suspects     map[string]bool
	sealed       map[string]bool // by another node
	drained      map[string]bool

	told    []saga.Event
	called  []bool // by step and call
	stale   bool   // the store was written since the instance was read
	seen    saga.Instance
	exists  bool
	patient patience
	leaps   int
	stalled time.Duration // how long everything stood still
	moved   time.Time     // when a call, a transition or an answer was last seen

	broken  *violation
	telling bool
	story   []string
}

// strike is a fault that struck, and where.
type strike struct {
	Fault
	place Place
}

// violation is the first guarantee that a run broke.
type violation struct {
	guarantee Guarantee
	what      string
	slow      bool // a call took longer than it may
}

// job is a task of a node that waits for its turn.
type job struct {
	of    *node
	task  saga.Task
	again bool
}

type timer struct {
	at     time.Time
	serial int
	do     func()
	idle   bool // the run may end without it
}

func newRun(config *Config, r *reader, choose chooser) *run {
	return &run{
		config: config, enabled: config.enabled(), choose: choose, store: config.Store(), reader: r,
		at: epoch(), moved: epoch(), participants: map[string]*Participant{}, refused: map[saga.Key]bool{},
		replayed: map[saga.Key]bool{}, suspects: map[string]bool{}, sealed: map[string]bool{}, drained: map[string]bool{}, folded: map[string]string{},
	}
}

// epoch is when every run begins.
func epoch() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// begin builds the case.
func (r *run) begin(build func(*World) *plainCase) {
	of := &plainCase{}
	r.guard(Explorable, "the function that builds the case", func() { of = build(&World{run: r}) })
	r.of = of
	r.effects = newEffects(len(r.of.steps))
	r.called, r.alarms = make([]bool, 4*len(r.of.steps)), make([]alarm, len(r.of.steps))
	r.client.run, r.operator.run = r, r
	if len(r.of.steps) == 0 {
		r.violate(Explorable, "%v", errNoSteps)
	}
	for _, name := range r.of.noEffect {
		if r.of.step(name) < 0 {
			r.violate(Explorable, "Case.NoEffect names step %q, which the definition lacks", name)
		}
	}
}

var errNoSteps = errors.New("the case's definition has no steps; set Definition in the function that builds the case")

// play lets everything happen, to the end of the instance and beyond.
func (r *run) play() {
	r.boot()
	r.client.start()
	for r.broken == nil {
		r.collect()
		switch {
		case r.broken != nil, r.circling(), r.turn():
		case r.settled():
			r.finish()
			return
		case r.at.Sub(epoch())-r.stalled > r.config.Within || r.still():
			r.silent()
		default:
			r.leap()
			r.advance()
		}
	}
}

// mostTurns is how much may happen before time passes, and mostEffort how much in a whole run.
const (
	mostTurns  = 10_000
	mostEffort = 200_000
)

// circling ends a run in which things go on happening and no time passes.
func (r *run) circling() bool {
	r.effort++
	if r.turns++; r.turns > mostTurns {
		r.violate(EndsOrVisible, "the nodes go round in circles: %d things to do at %v", r.turns, r.at.Sub(epoch()))
	}
	if r.effort > mostEffort {
		r.violate(EndsOrVisible, "the nodes are busy and come to no end: %d things were done until %v", r.effort, r.at.Sub(epoch()))
	}
	return r.broken != nil
}

// collect asks every node what it wants done, and does at once what needs no store.
func (r *run) collect() {
	for i := 0; i < len(r.nodes); i++ {
		n := r.nodes[i]
		if n.paused {
			continue
		}
		for _, t := range n.loop.Tasks(r.at) {
			r.take(n, t)
		}
		if n.loop.Over() {
			r.note(n.name, "has ended")
			r.nodes = slices.Delete(r.nodes, i, i+1)
			i--
		}
	}
	if r.newest() == nil {
		r.boot()
	}
}

func (r *run) take(n *node, t saga.Task) {
	switch t.Kind {
	case saga.TaskAnswer:
		r.client.heard(n, t.Answer)
	case saga.TaskTell:
		r.hear(n, t.Durable)
	case saga.TaskWarn:
		r.violate(Sound, "%s warns: %v", n.name, t.Warning)
	default:
		if n.knows && t.Kind == saga.TaskCall {
			r.violate(OneOwner, "%s was told that another node has sealed it, and calls %s", n.name, t.Call.Key)
		}
		r.queue = append(r.queue, job{of: n, task: t})
	}
}

// turn does one task. It is false if there is none.
func (r *run) turn() bool {
	first := r.runnable(0)
	if first < 0 {
		return false
	}
	if r.runnable(first+1) >= 0 && r.point(AtTurn, setOf(Delayed)) == Delayed {
		j := r.queue[first]
		r.queue = append(slices.Delete(r.queue, first, first+1), j)
		first = r.runnable(first)
	}
	j := r.queue[first]
	r.queue = slices.Delete(r.queue, first, first+1)
	if j.task.Kind == saga.TaskCall {
		r.call(j)
	} else {
		r.ask(j)
	}
	return true
}

// runnable is the index of the first job from there on whose node is not paused, or -1.
func (r *run) runnable(from int) int {
	for i := from; i < len(r.queue); i++ {
		if !r.queue[i].of.paused {
			return i
		}
	}
	return -1
}

// ask does a task on the store as the engine does: one whose result must be known is repeated.
func (r *run) ask(j job) {
	tell, err := j.task.Do(r.context(), j.of.door, j.again)
	n := j.of
	switch {
	case n.dead:
	case n.paused: // before it was done
		r.queue = append([]job{j}, r.queue...)
	case err == nil && !n.loop.Over():
		n.knows = n.knows || n.rejected
		tell(r.at)
	case err == nil:
	case n.loop.Over() || j.task.Fail(err, r.at):
	default:
		j.again = true
		r.in(repeatAfter, func() {
			if !n.dead {
				r.queue = append(r.queue, j)
			}
		})
	}
}

// repeatAfter is the engine's first pause before it repeats a write whose result it must know.
const repeatAfter = 10 * time.Millisecond

// in does something later, which the run waits for.
func (r *run) in(d time.Duration, do func()) { r.schedule(timer{at: r.at.Add(d), do: do}) }

func (r *run) schedule(t timer) {
	r.serial++
	t.serial = r.serial
	i, _ := slices.BinarySearchFunc(r.timers, t, func(a, b timer) int {
		if c := a.at.Compare(b.at); c != 0 {
			return c
		}
		return a.serial - b.serial
	})
	r.timers = slices.Insert(r.timers, i, t)
}

// advance lets time pass until something is to be done.
func (r *run) advance() {
	next := r.at.Add(time.Hour)
	for _, n := range r.nodes {
		if at := n.loop.Next(); !n.paused && at.Before(next) {
			next = at
		}
	}
	if soonest := r.at.Add(time.Millisecond); next.Before(soonest) {
		next = soonest
	}
	if len(r.timers) > 0 && !r.timers[0].at.After(next) {
		t := r.timers[0]
		r.timers = slices.Delete(r.timers, 0, 1)
		r.passTo(t.at)
		t.do()
		return
	}
	r.passTo(next)
}

func (r *run) passTo(at time.Time) {
	if at.After(r.at) {
		r.at, r.turns = at, 0
	}
}

// violate ends the run with the first guarantee that it broke.
func (r *run) violate(g Guarantee, format string, args ...any) {
	if r.broken == nil {
		r.broken = &violation{guarantee: g, what: fmt.Sprintf(format, args...)}
		r.note("broken", "%s", r.broken.what)
	}
}

// replayable reports whether a key's step promises to keep its replies.
func (r *run) replayable(key saga.Key) bool {
	step := r.of.step(key.Step)
	return step >= 0 && r.of.steps[step].replayable
}
