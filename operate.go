package saga

import (
	"encoding/json"
	"errors"
	"time"
)

// Verb is what a person may do to an instance that has not ended. Each use needs a name and a
// reason, which the history keeps.
//
//	                 Retry      Compensate         Resolve                   Skip           Stop
//	Running          -          yes                the step nobody knows of  the open step  yes
//	Compensating     -          -                  the undo that was called  the open undo  yes
//	NeedsAttention   yes        if going forward   yes                       yes            yes, once
//	ended            -          -                  -                         -              -
type Verb string

const (
	// Retry tries the open step again now with a new budget, asking first about what is unknown.
	Retry Verb = "retry"
	// Compensate turns an instance back: what took effect is undone in reverse, and what nobody
	// knows is settled first. It is refused beyond the point of no return.
	Compensate Verb = "compensate"
	// Resolve settles the open step, or the open undo, on a person's word: Outcome says done
	// ([Succeeded]) or not done ([Refused]).
	Resolve Verb = "resolve"
	// Skip goes on as if the open step, or the open undo, had succeeded. The step is marked as
	// skipped for ever, since nobody knows what stands there.
	Skip Verb = "skip"
	// Stop makes no further attempt until Retry or Compensate. A call under way may still answer.
	Stop Verb = "stop"
)

var (
	// ErrMoved marks an intervention that was not made because its instance no longer stands as it
	// did in the preview. Preview again.
	ErrMoved = errors.New("saga: the instance moved since the preview")
	// ErrWaiting marks an intervention that is stored and not made yet: no engine has taken it up, or
	// the answer to a call under way is waited for first. It is decided before any further call, and
	// refused if the instance has moved by then; [Engine.Sent] tells what became of it.
	ErrWaiting = errors.New("saga: sent and not applied yet")
)

// Intervention is what a person wants done to one or many instances.
type Intervention struct {
	Verb   Verb
	Filter Filter // which instances; those that have ended are left out unless Filter.IDs names them
	By     string // who wants it; required, at most 200 bytes
	Reason string // why; required, at most 1,000 bytes

	// Step is for Resolve and Skip where several steps are open, in a parallel group: the one that is
	// meant. Default: [Instance.Step], the first of those that need attention, or else the first.
	Step string
	// Outcome is for Resolve: Succeeded if the open step or undo is done, Refused if it is not and
	// never will be.
	Outcome Outcome
	// Set is for Resolve with Succeeded: fields of the state that the step would have set, which
	// later steps need. Only fields that the state has.
	Set map[string]json.RawMessage
}

// Preview is what an intervention would do, decided by the rule that will decide it.
type Preview struct {
	Intervention Intervention
	Effects      []Effect
	More         bool // the filter matches more instances than the effects name
}

// Effect is what an intervention would do to one instance.
type Effect struct {
	Instance Instance  // as it stands
	Refused  error     // why the verb does not apply here, matching ErrInvalid; nil if it does
	To       Status    // where it would stand right after
	Calls    []Planned // what would be called then, if each call succeeds; nothing if nothing would be
	// UnderWay is the open step if a call to it may be under way now; "" if not. The intervention waits
	// for its answer, for Within at most, and what is known then may change the calls.
	UnderWay string
	Within   time.Duration

	seen string // how it stands; the intervention is made only while it stands so
}

// Planned is a call that would follow an intervention.
type Planned struct {
	Call CallKind
	Key  Key
	// Otherwise is what follows instead of the calls after this one, if the question that this call
	// asks (a probe or a fence) is answered with "it never will be". Nil for other calls.
	Otherwise []Planned
	// NotYet is what follows instead if a probe is answered with "not so far". Nil if it is asked again.
	NotYet []Planned
}

// Result is what became of an intervention at one instance.
type Result struct {
	ID     string
	Status Status // where it stood right after; "" if the intervention was not made
	// Err is nil if the intervention was made and is in the history. It matches ErrMoved, ErrInvalid
	// or ErrNotFound if it was not and never will be, and ErrWaiting if it is stored and not made yet.
	Err error
}
