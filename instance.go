package saga

import (
	"encoding/json"
	"time"
)

// Status is where an instance stands. The words are those of Garcia-Molina and Salem's sagas
// (1987) as today's tools use them; only NeedsAttention is ours.
type Status string

const (
	// Running goes forward: a step is being called, asked about, or waits for its next attempt.
	Running Status = "running"
	// Compensating goes back: what took effect is being undone in reverse.
	Compensating Status = "compensating"
	// Completed is an end: every step took effect.
	Completed Status = "completed"
	// Compensated is an end: what took effect was undone.
	Compensated Status = "compensated"
	// Failed is an end: nothing took effect, so there was nothing to undo.
	Failed Status = "failed"
	// NeedsAttention is not an end: the instance could not be brought to one automatically.
	// [Instance.Reason] says why and [Instance.Since] for how long.
	NeedsAttention Status = "needs attention"
)

// Ended reports whether no further move will ever be made.
func (s Status) Ended() bool { return s == Completed || s == Compensated || s == Failed }

// Reason says why an instance needs attention. The zero value is none.
type Reason string

const (
	// InDoubt: the outcome of the open step is unknown and its attempts are used up.
	InDoubt Reason = "in doubt"
	// CannotFence: the open step may have taken effect, and there is no way to find out: it has no
	// fence, no probe, and no undo that would absorb the undo of nothing. The instance turns back, or
	// would: a refusal followed an attempt that may still arrive.
	CannotFence Reason = "cannot fence"
	// CannotFinish: a step after the point of no return was refused or not done too often.
	CannotFinish Reason = "cannot finish"
	// UndoRefused: a participant refused a compensation.
	UndoRefused Reason = "undo refused"
	// UndoUnfinished: a compensation's attempts are used up.
	UndoUnfinished Reason = "undo unfinished"
	// StateClash: two branches of a parallel group changed the same field of the state, and neither may
	// overwrite the other. The step that came second may have taken effect.
	StateClash Reason = "state clash"
	// Stopped: a person stopped it; [Instance.Hand] says who and why. It waits for Retry or Compensate.
	Stopped Reason = "stopped"
	// UnknownDefinition: no definition of this name and version is registered here.
	UnknownDefinition Reason = "unknown definition"
)

// Instance is a run of a definition as it stood when it was read. It is a value: changing it
// changes nothing.
type Instance struct {
	ID         string
	Definition string
	Version    int
	Status     Status
	Reason     Reason    // why it needs attention; "" otherwise
	Detail     string    // what was last said that was not a success
	Since      time.Time // when it took this status
	Started    time.Time
	Updated    time.Time
	Deadline   time.Time // zero if none
	Due        time.Time // when it moves next by itself; zero if never or if a call is under way
	Step       string    // the open step, of several the one that needs attention first; "" once ended
	Call       CallKind  // what is asked of the open step
	Calls      int       // made to the open step in this direction
	Waits      bool      // for a reply to that call, until Due
	Back       bool      // going back
	Steps      []StepStatus
	State      json.RawMessage // the state as a JSON object
	Seq        int             // number of transitions so far
	Node       string          // the node incarnation that holds it; "" if none
	Allowed    []Verb          // what a person may do to it now
	Hand       *Hand           // the last thing that a person did to it; nil if nothing yet
}

// Hand is an intervention as the history keeps it.
type Hand struct {
	Verb    Verb      `json:"verb"`
	Step    string    `json:"step,omitempty"` // that was open
	Call    CallKind  `json:"call,omitempty"` // that was to be made to it
	Outcome Outcome   `json:"outcome,omitempty"`
	By      string    `json:"by"`
	Reason  string    `json:"reason"`
	At      time.Time `json:"at"`
}

// StepStatus is what is known of one step of an instance.
type StepStatus struct {
	Name    string
	Mark    Mark
	Round   int
	Skipped bool // a person skipped it or its undo, whatever became of it since
	Open    bool // it is next or under way; several are at once in a parallel group
	Group   int  // of parallel steps, from 1, and
	Branch  int  // the branch of it, from 0; both are 0 outside

	// As its definition has it; zero where that cannot be read.
	Kind         Kind
	Compensation bool          // it can be undone
	Expects      bool          // nobody is called: others do it unasked, and a fact that says so is awaited
	ReplyTimeout time.Duration // how long a reply is waited for
}

// Mark is what is known of a step's effect.
type Mark string

const (
	NotStarted Mark = "not started" // never called, or called without effect so far
	Awaited    Mark = "awaited"     // it was called and a reply is awaited, or a timer runs
	InEffect   Mark = "in effect"   // it took effect and stands
	MaybeDone  Mark = "maybe done"  // it may have been called, and nobody knows
	NeverDone  Mark = "never done"  // refused, and never will be done
	TakenBack  Mark = "taken back"  // its compensation succeeded
	PassedOver Mark = "not needed"  // its When said no
	Skipped    Mark = "skipped"     // a person skipped it, and nobody knows whether it took effect
	LeftBehind Mark = "left behind" // a person skipped its undo, and nobody knows whether the effect stands
)

// CallKind is which of a step's functions is called.
type CallKind string

const (
	CallAction       CallKind = "action"       // make the effect
	CallProbe        CallKind = "probe"        // ask whether it is there
	CallFence        CallKind = "fence"        // ask, and forbid what has not happened
	CallCompensation CallKind = "compensation" // undo it
)
