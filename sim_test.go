package saga

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"
)

// Simulate runs one seeded schedule of several nodes over a store, without a goroutine or a clock:
// effects happen in any order, answers get lost, nodes die, pause and seal each other, participants
// refuse, stay silent and act late. Then the faults stop, and everything must end as it truly is.
// It returns how often each fault happened.
func Simulate(t testing.TB, store Store, seed uint64) map[string]int {
	w := &world{TB: t, store: store, rng: rand.New(rand.NewPCG(seed, 1)), at: epoch, shapes: simShapes(),
		parts: map[Key]*effectOf{}, acked: map[string]bool{}, zombies: map[string]bool{}, starts: map[string]int{}, seen: map[string]int{}, seed: seed}
	w.boot()
	w.boot()
	for step := range 1200 {
		w.faulty = step < 900
		w.move()
	}
	w.faulty = false
	for len(w.opened) > 0 {
		w.endTransaction(0)
	}
	for round := 0; round < 400 && !w.quiet(); round++ {
		for range 60 {
			w.move()
		}
		w.at = w.at.Add(20 * time.Second)
	}
	w.verify()
	w.verifyCommands()
	return w.seen
}

func simShapes() []*Shape {
	step := func(name string, kind Kind, probe, fence, replayable bool) StepShape {
		return StepShape{Name: name, Kind: kind, Compensation: kind == Compensatable, Probe: probe, Fence: fence, Replayable: replayable}
	}
	steps := [][]StepShape{
		{step("a", Compensatable, false, true, true), step("b", Compensatable, false, false, true), step("c", Pivot, false, false, true), step("d", Retriable, false, false, true)},
		{step("a", Compensatable, false, false, true), step("b", Compensatable, true, true, false), step("c", Compensatable, false, false, true), step("d", Compensatable, true, true, true)},
		{step("a", Compensatable, true, true, false), step("b", Pivot, true, true, false), step("c", Retriable, true, false, false)},
	}
	later := slices.Clone(steps[2]) // in which every call may be answered later
	later = append([]StepShape{step("z", Compensatable, false, true, false)}, later...)
	for i := range later {
		later[i].Reply, later[i].ReplyTimeout = true, 5*time.Second
	}
	pass := step("b", Compensatable, true, false, true)
	pass.When = true
	timed := []StepShape{step("a", Compensatable, false, true, true), pass, {Name: "t", Kind: ReadOnly, Sleep: true}, step("c", Pivot, true, true, false)}
	steps = append(steps, steps[0], later, timed, simGroups(step), simFacts(step))
	c := (&Config{Retry: RetryPolicy{3, time.Second, 4 * time.Second, 2}}).withDefaults()
	var out []*Shape
	for i, s := range steps {
		sh := Shape{Name: fmt.Sprint("d", i), Version: 1, Steps: slices.Clone(s)}
		sh.LeaveInDoubt = i == 3
		if i < 2 || i >= 4 {
			sh.Deadline = time.Minute
		}
		out = append(out, sh.withDefaults(&c))
	}
	return out
}

// world is everything outside the nodes.
type world struct {
	testing.TB
	store  Store
	rng    *rand.Rand
	seed   uint64
	at     time.Time
	shapes []*Shape
	nodes  []*simNode
	parts  map[Key]*effectOf
	order  []Key // of applied effects and undos, as they became true
	started,
	boots int
	acked   map[string]bool
	starts  map[string]int
	never   []string        // ids whose only start was told that nothing was started
	zombies map[string]bool // sealed, and perhaps not aware of it
	sent    []sentCommand
	errands []errand
	asked   []askedReply
	opened  []openStart
	faulty  bool
	logs    map[string][]string
	seen    map[string]int
}

type simNode struct {
	*node
	todo []simEffect
}

type simEffect struct {
	effect
	tried bool
}

// log keeps the story of an instance for the report of a failure.
func (w *world) log(id, format string, args ...any) {
	if w.logs == nil {
		w.logs = map[string][]string{}
	}
	w.logs[id] = append(w.logs[id], w.at.Format("04:05.000 ")+fmt.Sprintf(format, args...))
}

// fail ends a schedule that broke a promise, with the story of the instance.
func (w *world) fail(id, format string, args ...any) {
	w.Fatalf("seed %d: %s\n  %s", w.seed, fmt.Sprintf(format, args...), strings.Join(w.logs[id], "\n  "))
}

func (w *world) chance(percent int) bool { return w.rng.IntN(100) < percent }

func (w *world) fault(name string, percent int) bool {
	if !w.faulty || !w.chance(percent) {
		return false
	}
	w.seen[name]++
	return true
}

func (w *world) boot() {
	w.boots++
	id := fmt.Sprint("n", w.boots)
	if err := w.store.Journal().Join(context.Background(), id, 0); err != nil {
		w.Fatal(err)
	}
	c := (*Config)(nil).withDefaults()
	n := newNode(id, defaultRules(&c), w.at)
	n.rules.rowBytes, n.rules.claimLimit, n.rules.many = 2000, 3, 1+w.boots%3 // an append begins at once with a few entries
	for _, sh := range w.shapes {
		n.shapes[shapeKey{sh.Name, 1}], n.runs[shapeKey{sh.Name, 1}] = sh, true
	}
	w.nodes = append(w.nodes, &simNode{node: n})
}

// move lets one thing happen.
func (w *world) move() {
	w.giveUp()
	i := w.rng.IntN(len(w.nodes))
	n := w.nodes[i]
	switch p := w.rng.IntN(100); {
	case w.fault("crash", 1):
		for id := range n.live {
			w.log(id, "%s crashes", n.id)
		}
		w.nodes = slices.Delete(w.nodes, i, i+1)
		w.boot()
		return
	case !n.leaving && w.fault("leave in order", 1):
		n.quit(w.at, w.at.Add(time.Second))
	case w.fault("pause beyond the lease", 1):
		w.at = w.at.Add(6 * time.Second)
	case p < 6 && w.started < 14:
		w.start(n)
	case p < 25 || len(n.todo) == 0:
		w.at = w.at.Add(time.Duration(w.rng.IntN(300)) * time.Millisecond)
		n.tick(w.at)
	case p < 26:
		w.lateOriginal()
	case p < 27 && w.faulty:
		w.intervene()
	case p < 30:
		w.runErrand(true)
	case p < 32 && (w.started < 12 || len(w.opened) > 0):
		w.ownTransaction()
	default:
		w.perform(n)
	}
	if n.over && n.handedOver {
		w.nodes = slices.DeleteFunc(w.nodes, func(o *simNode) bool { return o == n })
		w.seen["left"]++
		w.boot()
		return
	}
	if n.over {
		w.flushAnswers(n)
		w.nodes = slices.DeleteFunc(w.nodes, func(o *simNode) bool { return o == n })
		w.seen["sealed"]++
		w.boot()
		return
	}
	for _, e := range n.pump(w.at) {
		n.todo = append(n.todo, simEffect{effect: e})
	}
}

// nextStart chooses an id and its shape.
func (w *world) nextStart() (string, *Shape) {
	w.started++
	id := fmt.Sprint("i", w.started)
	if w.started > 3 && w.chance(25) {
		id = fmt.Sprint("i", w.rng.IntN(w.started-1)+1) // a repeat
	}
	w.starts[id]++
	number := 0
	fmt.Sscanf(id, "i%d", &number)
	return id, w.shapes[number%len(w.shapes)]
}

func (w *world) start(n *simNode) {
	id, sh := w.nextStart()
	n.start(&startRequest{ID: id, Key: shapeKey{sh.Name, 1}, Hash: []byte(id), State: fields{{"in", json.RawMessage(`"x"`)}}}, w.at)
	if w.starts[id] == 1 {
		w.unasked(id, sh, 0)
	}
}

// perform does one of a node's effects, not always the oldest. A lost answer is repeated, as the
// engine does; a write of a node that is gone may still land.
func (w *world) perform(n *simNode) {
	i := w.rng.IntN(len(n.todo))
	e := n.todo[i]
	n.todo = slices.Delete(n.todo, i, i+1)
	if again := w.perform1(n, &e); again {
		e.tried = true
		n.todo = append(n.todo, e)
	}
}

func (w *world) perform1(n *simNode, e *simEffect) (again bool) {
	switch f := e.effect.(type) {
	case storeEffect:
		return w.onStore(n, f, e.tried)
	case callStep:
		w.call(n, f)
	case answerStart:
		w.heard(f)
	case answerReply:
		w.heardDirectly(f)
	case warn:
		w.Fatalf("seed %d: %s: %v", w.seed, f.Text, f.Err)
	case unreadable:
		w.Fatalf("seed %d: %s: %v", w.seed, f.Text, f.Err)
	}
	return false
}

var errLost = errors.New("the answer was lost")

// onStore does an effect on the store, whose answer may get lost.
func (w *world) onStore(n *simNode, f storeEffect, tried bool) (again bool) {
	lost := false
	switch f := f.(type) {
	case appendRow:
		lost = w.fault("append answer lost", 15)
	case writeRows:
		lost = w.fault("checkpoint answer lost", 15)
	case claimRows:
		lost = w.fault("claim answer lost", 10)
	case takeOver:
		w.zombies[f.Node] = true
	case sealSelf:
		w.zombies[f.Node] = true
	}
	then, err := f.run(context.Background(), w.store, tried)
	if err == nil && lost {
		err = errLost
	}
	if err != nil {
		if then = f.failed(err); then == nil {
			return true
		}
	}
	w.tale(n, f, err)
	then(n.node, w.at)
	return false
}

// tale notes for the report of a failure what an effect on the store did.
func (w *world) tale(n *simNode, f storeEffect, err error) {
	switch f := f.(type) {
	case appendRow:
		for _, p := range n.flight {
			w.log(p.entry.ID, "%s durable %d %s %s -> %s %s", n.id, p.entry.Seq, p.entry.Kind, p.entry.Outcome, p.after.Marks, p.after.Call)
		}
	case drainOther:
		for _, row := range f.Rows {
			w.log(row.ID, "%s drains %s (%v): %s", n.id, f.Node, err, row.Data)
		}
		if err == nil {
			w.seen["takeover"]++
		}
	}
}

// heard is a caller of Start who got an answer.
func (w *world) heard(a answerStart) {
	switch {
	case a.Err == nil:
		w.acked[a.Request.ID] = true
	case errors.Is(a.Err, errHeld):
		w.seen["held for a node"]++
	case OutcomeOf(a.Err) == NotDone && w.starts[a.Request.ID] == 1:
		w.seen["not started"]++
		w.never = append(w.never, a.Request.ID)
	}
}

// flushAnswers lets the callers of a sealed node hear what it still had to say.
func (w *world) flushAnswers(n *simNode) {
	for _, e := range n.pump(w.at) {
		if a, ok := e.(answerStart); ok {
			w.heard(a)
		}
	}
}

func (w *world) ok(err error) {
	if err != nil {
		w.Fatalf("seed %d: %v", w.seed, err)
	}
}

// quiet reports whether every acknowledged instance has ended, and starts again what needs
// attention and will not move by itself.
func (w *world) quiet() bool {
	done := len(w.acked) > 0
	for _, id := range slices.Sorted(maps.Keys(w.acked)) {
		e := &Engine{store: w.store}
		in, _, err := e.stored(context.Background(), id)
		w.ok(err)
		if in.live() {
			done = false
			if in.Reason == Stopped && w.chance(20) {
				w.send(id, Intervention{Verb: Retry})
			}
			if in.Status == NeedsAttention && in.Still && w.chance(20) {
				n := w.nodes[0]
				n.start(&startRequest{ID: id, Key: shapeKey{in.Definition, 1}, Hash: in.Hash, State: fields{}}, w.at)
				w.starts[id]++
				w.seen["resumed"]++
				w.log(id, "%s asked to resume; live %v asked %v resuming %v", n.id, n.live[id] != nil, len(n.asked[id]), len(n.resuming[id]))
			}
		}
	}
	return done && w.allAnswered() && w.repliesEnded()
}
