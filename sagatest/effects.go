package sagatest

import (
	"slices"

	"github.com/seosa-dev/saga"
)

// effects is the truth about each step, as its participants know it.
type effects struct {
	net     []int      // effects that stand
	count   []int      // effects that came true
	by      []saga.Key // of the last one
	late    []bool     // whether that was a call that nobody waited for any more
	excused []bool     // a probe said since then that nothing had happened
	denied  []int      // the last call that was such a probe
	replied []bool     // a reply says that of a probe, and not of when: a repeat is the same order, or it would be wrong
	fenced  map[saga.Key]bool
}

func newEffects(steps int) effects {
	return effects{
		net: make([]int, steps), count: make([]int, steps), by: make([]saga.Key, steps),
		late: make([]bool, steps), excused: make([]bool, steps), denied: make([]int, steps), replied: make([]bool, steps), fenced: map[saga.Key]bool{},
	}
}

// stands reports whether the effect of a key stands.
func (e *effects) stands(step int, key saga.Key) bool { return e.net[step] > 0 && e.by[step] == key }

// happened is what a participant tells the world.
func (r *run) happened(key saga.Key) {
	step, err := r.stepOf(key)
	if err != nil {
		r.violate(Explorable, "World.Happened: %v", err)
		return
	}
	if slices.Contains(r.of.noEffect, key.Step) {
		r.violate(Explorable, "Case.NoEffect names step %s, and %s took effect; leave it out there", key.Step, key)
		return
	}
	if r.replaying {
		r.violate(SameReplay, "step %s is Replayable: called again with the same key, %s took effect again", key.Step, key)
		return
	}
	if r.of.steps[step].kind == saga.ReadOnly {
		r.violate(Truthful, "step %s is read-only, and %s took effect", key.Step, key)
		return
	}
	if key.Undo {
		r.undid(step, key)
		return
	}
	e := &r.effects
	e.net[step]++
	e.count[step]++
	if r.telling {
		r.note("world", "the effect of %s came true", key)
	}
	switch {
	case e.net[step] > 1:
		r.violate(OneEffect, "step %s took effect twice, for %s and for %s", key.Step, e.by[step], key)
	case e.count[step] > 1:
		r.violate(OneEffect, "step %s took effect again, for %s, after it was undone", key.Step, key)
	case e.fenced[key]:
		r.violate(UnknownIsNoFailure, "step %s took effect, for %s, after its fence had said that it never would", key.Step, key)
	}
	e.by[step], e.late[step], e.excused[step] = key, r.lateNow, false
}

func (r *run) undid(step int, key saga.Key) {
	e := &r.effects
	e.net[step]--
	if r.telling {
		r.note("world", "the effect of %s was taken back", key.Action())
	}
	switch {
	case e.net[step] < 0 && e.count[step] == 0:
		r.violate(OneEffect, "the undo of step %s took effect, and the step itself never did", key.Step)
	case e.net[step] < 0:
		r.violate(OneEffect, "the undo of step %s took effect twice", key.Step)
	}
	r.reverse(step)
}

// reverse holds an undo to its order.
func (r *run) reverse(step int) {
	for later := step + 1; later < len(r.of.steps); later++ {
		if r.effects.net[later] > 0 {
			r.violate(Reverse, "step %s is undone while the later step %s stands", r.of.steps[step].name, r.of.steps[later].name)
		}
	}
}
