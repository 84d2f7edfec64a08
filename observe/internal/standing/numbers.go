package standing

import (
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// Other stands for a reason that this version does not know. Another version may have written it,
// and labels must stay few.
const Other saga.Reason = "other"

// Statuses are those of live instances.
func Statuses() []saga.Status {
	return []saga.Status{saga.Running, saga.Compensating, saga.NeedsAttention}
}

// Reasons are all that an instance can need attention for, and [Other].
func Reasons() []saga.Reason {
	return []saga.Reason{saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused,
		saga.UndoUnfinished, saga.StateClash, saga.Stopped, saga.UnknownDefinition, Other}
}

// Numbers is how the instances of a store stood when it was read.
type Numbers struct {
	Live      map[saga.Status]int   // one entry for each of Statuses
	Attention map[saga.Reason]Group // one entry for each of Reasons
	Unknown   Group                 // those of which nobody knows what became of a step
	Partial   bool                  // not all were looked at: Attention and Unknown are lower bounds
}

// Group is some instances.
type Group struct {
	Count int
	Since time.Time // when the one that has stood longest took its status; zero if there is none
}

// Age is for how long the oldest of the group has stood in its status; 0 if there is none.
func (g Group) Age(now time.Time) time.Duration {
	if g.Since.IsZero() {
		return 0
	}
	return max(0, now.Sub(g.Since)) // another process's clock may be ahead
}

func (g Group) with(in saga.Instance) Group {
	g.Count++
	if g.Since.IsZero() || in.Since.Before(g.Since) {
		g.Since = in.Since
	}
	return g
}

func newNumbers(count map[saga.Status]int) Numbers {
	n := Numbers{Live: map[saga.Status]int{}, Attention: map[saga.Reason]Group{}}
	for _, s := range Statuses() {
		n.Live[s] = count[s]
	}
	for _, r := range Reasons() {
		n.Attention[r] = Group{}
	}
	return n
}

func (n *Numbers) add(in saga.Instance) {
	if in.Status == saga.NeedsAttention {
		reason := in.Reason
		if !slices.Contains(Reasons(), reason) {
			reason = Other
		}
		n.Attention[reason] = n.Attention[reason].with(in)
	}
	if Unknown(in) {
		n.Unknown = n.Unknown.with(in)
	}
}

// Unknown reports whether nobody knows what became of a step of a live instance: it may have taken
// effect, or its undo was called, and neither succeeded nor was refused. A first call under way is
// not unknown; it has not been answered yet.
func Unknown(in saga.Instance) bool {
	switch {
	case in.Status.Ended():
		return false
	case slices.ContainsFunc(in.Steps, func(s saga.StepStatus) bool { return s.Mark == saga.MaybeDone }):
		return true
	case in.Call == saga.CallCompensation && in.Calls > 0:
		return in.Reason != saga.UndoRefused
	}
	// The steps of a definition that nobody here knows cannot be read.
	return len(in.Steps) == 0 && (in.Reason == saga.InDoubt || in.Reason == saga.CannotFence)
}
