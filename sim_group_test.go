package saga

import "time"

// simFacts is a saga whose middle others do unasked.
func simFacts(step func(name string, kind Kind, probe, fence, replayable bool) StepShape) []StepShape {
	seat, queue := step("b", Compensatable, true, true, false), step("c", Pivot, true, true, false)
	for _, st := range []*StepShape{&seat, &queue} {
		st.Expects, st.Reply, st.ReplyTimeout = true, true, 5*time.Second
	}
	return []StepShape{step("a", Compensatable, false, true, true), seat, queue, step("d", Retriable, false, false, true)}
}

// unasked lets a participant begin what an instance expects after a step; mostly.
func (w *world) unasked(id string, sh *Shape, after int) {
	i := after + 1
	if st := &sh.Steps[i]; st.Expects && w.chance(70) {
		key := Key{Instance: id, Step: st.Name}
		w.errands = append(w.errands, errand{key: key, call: CallAction, part: w.part(key, st)})
		w.seen["done unasked"]++
	}
}

// simGroups is a saga with a parallel group on either side of its pivot: branches that ask, that run
// ahead, that are answered later.
func simGroups(step func(name string, kind Kind, probe, fence, replayable bool) StepShape) []StepShape {
	in := func(st StepShape, group, branch int) StepShape {
		st.Group, st.Branch = group, branch
		return st
	}
	later := step("e", Compensatable, false, true, false)
	later.Reply, later.ReplyTimeout = true, 5*time.Second
	return []StepShape{
		step("z", Compensatable, false, true, false),
		in(step("a", Compensatable, true, true, false), 1, 0),
		in(step("b", Compensatable, false, false, true), 1, 1),
		in(step("c", Compensatable, false, true, true), 1, 1),
		in(later, 1, 2),
		step("p", Pivot, true, true, false),
		in(step("f", Retriable, true, false, false), 2, 0),
		in(step("h", Retriable, false, false, true), 2, 1),
	}
}
