package saga

import (
	"context"
	"encoding/json"
	"slices"
)

// effectOf is the truth at a participant about one action's key.
type effectOf struct {
	applied, undone, refused bool
	late                     int  // originals still on the wire
	byLate                   bool // it was such an original that took effect
	step                     *StepShape
}

func (w *world) part(k Key, st *StepShape) *effectOf {
	k.Undo = false
	if w.parts[k] == nil {
		w.parts[k] = &effectOf{step: st}
	}
	return w.parts[k]
}

// call is a participant that answers, or not, whatever it did.
func (w *world) call(n *simNode, c callStep) {
	st := &c.Shape.Steps[c.In.Step]
	key := c.In.key(c.Shape)
	p := w.part(key, st)
	if c.Reply != nil { // it folds in what was said elsewhere
		w.answer(n, c, c.Reply.Outcome)
		return
	}
	w.inOrder(c, key)
	if st.Sleep || st.When && c.In.mayPass() && key.Instance[len(key.Instance)-1]%2 > 0 {
		w.callsNobody(n, c)
		return
	}
	if st.Expects && c.In.Call == CallAction {
		w.answer(n, c, Pending)
		return
	}
	if w.fault("lost before the effect", 8) {
		if c.In.Call == CallAction && w.chance(50) {
			p.late++
			w.seen["late original"]++
		}
		w.answer(n, c, Unknown)
		return
	}
	if st.Reply && w.chance(60) {
		w.takeIn(n, c, key, p)
		return
	}
	w.log(key.Instance, "%s calls %s %s (seq %d)", n.id, c.In.Call, key, c.In.Seq)
	was := p.applied
	// What a sealed node still sends, or one that left without the answer, is one more original that
	// is late.
	r := n.live[c.In.ID]
	late := w.zombies[n.id] || r == nil || !slices.ContainsFunc(r.flights, func(f flight) bool { return f.serial == c.Serial })
	o := w.effect(c.In.Call, key, p, late)
	p.byLate = p.byLate || !was && p.applied && late
	if w.fault("lost after the effect", 8) {
		o = Unknown
	}
	w.answer(n, c, o)
}

func (w *world) answer(n *simNode, c callStep, o Outcome) {
	w.log(c.In.ID, "%s hears %s", n.id, o)
	h := happened{at: w.at, outcome: o, said: string(o)}
	if o == Succeeded && c.In.Call != CallCompensation {
		h.patch = fields{{c.Shape.Steps[c.In.Step].Name, json.RawMessage(`"done"`)}}
	}
	n.answered(c.In.ID, c.Serial, h)
}

func (w *world) effect(call CallKind, key Key, p *effectOf, zombie bool) Outcome {
	switch call {
	case CallAction:
		return w.act(key, p, zombie)
	case CallProbe:
		switch {
		case p.applied:
			return Succeeded
		case p.refused:
			return Refused
		}
		return NotDone
	case CallFence:
		if p.applied {
			return Succeeded
		}
		p.refused = true
		return Refused
	}
	if p.applied && !p.undone {
		p.undone = true
		w.order = append(w.order, key)
	}
	p.refused = true // the barrier: a late original is refused from now on
	return Succeeded
}

func (w *world) act(key Key, p *effectOf, zombie bool) Outcome {
	switch {
	case p.refused && !p.applied:
		return Refused
	case p.applied && p.step.Probe && !p.step.Replayable && !p.byLate && !zombie:
		w.fail(key.Instance, "%s was called again although its probe would have found it", key)
	case p.applied:
		return Succeeded
	case w.fault("not done", 5):
		return NotDone
	case w.fault("refused", 8):
		p.refused = p.step.Replayable // others say no and keep no record of it
		return Refused
	}
	p.applied = true
	w.order = append(w.order, key)
	return Succeeded
}

// lateOriginal lets a request that everybody gave up arrive after all.
func (w *world) lateOriginal() {
	first, name := (*effectOf)(nil), ""
	for k, p := range w.parts {
		if p.late == 0 {
			continue
		}
		if s := k.String(); first == nil || s < name { // the same one each time
			first, name = p, s
		}
	}
	if first == nil {
		return
	}
	first.late--
	if !first.refused && !first.applied {
		first.applied, first.byLate = true, true
		w.seen["late effect"]++
	}
}

// inOrder checks, as an undo is called, that every later step that can be undone has no effect.
func (w *world) inOrder(c callStep, key Key) {
	if !key.Undo {
		return
	}
	for i := c.In.Step + 1; i < len(c.Shape.Steps); i++ {
		later := w.parts[Key{Instance: key.Instance, Step: c.Shape.Steps[i].Name}]
		if later != nil && later.applied && !later.undone {
			w.fail(key.Instance, "%s although the later step %s stands", key, c.Shape.Steps[i].Name)
		}
	}
}

// verify holds what is stored against what is true.
func (w *world) verify() {
	for range 100 {
		w.lateOriginal()
		w.runErrand(false)
	}
	for _, id := range w.never {
		if keys, err := w.store.Instances().Keys(context.Background(), []string{id}); w.starts[id] == 1 && (err != nil || len(keys) > 0) {
			w.fail(id, "%s was started, and its caller was told that it was not: %v", id, err)
		}
	}
	for id := range w.acked {
		in, _, err := (&Engine{store: w.store}).stored(context.Background(), id)
		if err != nil {
			w.Fatalf("seed %d: acknowledged instance %s: %v", w.seed, id, err)
		}
		if in.live() {
			w.fail(id, "instance %s is silent: %+v", id, in.progress)
		}
		sh := w.shapes[slices.IndexFunc(w.shapes, func(s *Shape) bool { return s.Name == in.Definition })]
		for i := range sh.Steps {
			w.holds(in, i, &sh.Steps[i], in.round(i))
		}
		w.wholeHistory(id)
	}
}

func (w *world) holds(in *instance, i int, st *StepShape, round int) {
	effects := 0
	for k, p := range w.parts {
		if k.Instance == in.ID && k.Step == st.Name && p.applied && !p.undone {
			effects++
		}
	}
	want := 0
	if in.Status == Completed && !st.Sleep && in.mark(i) != markPassed {
		want = 1
	}
	if effects != want {
		w.fail(in.ID, "%s is %s (%s), and step %s has %d effects, round %d", in.ID, in.Status, in.Marks, st.Name, effects, round)
	}
}

// wholeHistory checks that the history has no gap and folds to the row.
func (w *world) wholeHistory(id string) {
	e := &Engine{store: w.store, shapes: map[shapeKey]*Shape{}}
	events, err := e.History(context.Background(), id)
	if err != nil {
		w.Fatalf("seed %d: %v", w.seed, err)
	}
	in, _, _ := e.stored(context.Background(), id)
	if last := events[len(events)-1]; last.Seq != len(events) || last.Seq != in.Seq || last.Status != in.Status {
		w.Fatalf("seed %d: history of %s has %d events and ends at %d %s; the row says %d %s", w.seed, id, len(events), last.Seq, last.Status, in.Seq, in.Status)
	}
}
