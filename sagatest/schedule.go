package sagatest

import (
	"fmt"
	"strings"
)

// Fault strikes at one of the points of a run at which something can go wrong. A run counts its
// points from 0; which one is the At-th depends on everything that happened before it.
type Fault struct {
	At int
	Do Kind
}

// Schedule is what goes wrong in a run, in order of At. Everything else goes well, at once and in
// order. The same schedule and case give the same run as long as the case and this module stay as
// they are.
type Schedule []Fault

// String is the schedule as Go source, to be pasted into a test as the argument of [Replay].
func (s Schedule) String() string {
	faults := make([]string, len(s))
	for i, f := range s {
		faults[i] = fmt.Sprintf("{At: %d, Do: sagatest.%s}", f.At, f.Do)
	}
	return "sagatest.Schedule{" + strings.Join(faults, ", ") + "}"
}
