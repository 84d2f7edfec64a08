package sagatest

import (
	"fmt"
	"strings"
)

// Guarantee is what a run can break. The numbered ones are the engine's, as docs/guarantees.md
// states them, on the conditions that participants keep. A run that breaks one of those shows a
// participant, a step's function or an engine that does not do its part.
type Guarantee string

const (
	// NothingLost is guarantee 1: what was acknowledged or told is durable.
	NothingLost Guarantee = "1: nothing acknowledged is lost"
	// EndsOrVisible is guarantee 2: an instance reaches an end or needs attention. Attention that says
	// [saga.CannotFinish] or [saga.UndoUnfinished] must go away once everything works again.
	EndsOrVisible Guarantee = "2: every instance ends, or is visible"
	// UnknownIsNoFailure is guarantee 3: what nobody knows is settled before it is acted on.
	UnknownIsNoFailure Guarantee = "3: unknown is not failure"
	// OneEffect is guarantee 4: a step's effect, and its undo, come true at most once over all keys.
	OneEffect Guarantee = "4: one key, one effect"
	// SameAnswer is guarantee 6: the same start gets the same answer, another input is refused.
	SameAnswer Guarantee = "6: same start, same answer"
	// OneOwner is guarantee 7: a node that lost its instances does nothing with them.
	OneOwner Guarantee = "7: one owner"
	// Reverse is guarantee 8: what took effect is undone in reverse order.
	Reverse Guarantee = "8: compensation in reverse"
	// NeverEarly says that a timer runs for as long as its step's Sleep said, at least.
	NeverEarly Guarantee = "no timer is early"
	// Truthful says that what a step's function returns is true of its participant, and no more than
	// the participant told it.
	Truthful Guarantee = "what a step's function says is true"
	// EndIsTrue says that what stands at the participants is what the instance says.
	EndIsTrue Guarantee = "the end is the truth"
	// SameReplay says that a step which is Replayable gives the same outcome and state again.
	SameReplay Guarantee = "a replayable step gives the same again"
	// Sound says that no node meets what cannot be: a transition that its own rule forbids, or data that
	// it cannot read. Nor does it panic.
	Sound Guarantee = "no node meets what cannot be"
	// OwnCheck is the case's own [Case.Check].
	OwnCheck Guarantee = "the case's own check"
	// Explorable says that the case can be explored at all.
	Explorable Guarantee = "the case can be explored"
	// Covered says that every kind of fault that can strike this case did.
	Covered Guarantee = "every fault strikes"
)

// Failure is what an exploration found.
type Failure struct {
	Guarantee Guarantee // that was broken
	What      string    // happened
	Schedule  Schedule  // the shortest that was found to break it; nil if it is not about a run
	Story     []string  // of that run, one line for each thing that happened
	Needed    int       // how many schedules ran until it was found
}

// Error is the whole report: the broken guarantee, what happened, the schedule and the story.
func (f *Failure) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "broken: %s\n%s\n", f.Guarantee, f.What)
	if f.Story != nil {
		fmt.Fprintf(&b, "schedule (found as number %d): %s\n", f.Needed, f.Schedule)
		for _, line := range f.Story {
			b.WriteString("  " + line + "\n")
		}
	}
	return strings.TrimSuffix(b.String(), "\n")
}
