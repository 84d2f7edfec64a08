package saga

import "time"

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
