package saga

import (
	"context"
	"time"
)

// Definition is the plan of a saga: plain data, the same for every instance. Pass it to [New],
// which checks it and reports all mistakes at once; the value you call Start on decides which
// version a new instance gets. It is a value and safe to copy; do not change it after New.
type Definition[S any] struct {
	Name    string
	Version int // at least 1; an instance keeps the version it started with
	Steps   []Step[S]

	// Deadline bounds the way forward, from the start on: when it passes before the point of no
	// return, the instance turns back. It never ends an instance with effects outstanding.
	// Zero means none. A step before that point whose timeout is longer is a mistake, and so is a wait
	// for a reply that it always ends.
	Deadline time.Duration

	// LeaveInDoubt turns off the slow asking that otherwise goes on while an instance needs
	// attention; then only a repeated start moves it. Each repeat asks once about what is unknown,
	// and a question that stays unanswered leaves the instance where it is.
	LeaveInDoubt bool
}

// Step is one local transaction of a saga at one participant (Garcia-Molina and Salem's T and C).
type Step[S any] struct {
	Name string // unique in its definition; no "/" and no "~"
	Kind Kind   // Compensatable if empty

	Action       Func[S] // makes the effect; nil for an expectation, see Reply
	Compensation Func[S] // undoes it semantically; required if Compensatable, forbidden otherwise
	Probe        Func[S] // asks what happened to the action's key
	Fence        Func[S] // asks, and if nothing happened makes sure that nothing ever will

	// When says whether the step is needed; nil means always. It is asked as the step opens, goes by the
	// state and by nothing else, no clock included, and may be asked again. A step that is not needed is
	// passed over. A panic of it calls nobody, so it is [NotDone].
	When func(s S) bool

	// Sleep makes the step a timer, which has no functions but this and When: the saga goes on when so
	// much time has passed since it opened, by the wall clock. Like When it goes by the state alone.
	Sleep func(s S) time.Duration

	// Reply folds in what came later, after a call that returned [Pending]. It is called with replies
	// that say Succeeded or Refused. If it returns nil, the reply's outcome stands and changes to the
	// state are kept; otherwise its error says what happened instead, as that of any other function
	// does: one that is neither [Refused] nor [NotDone] leaves it unknown, whatever the reply said. Data
	// may be empty, and that of a refusal often is: look at its length before you decode it. Reply reaches
	// nobody, so it needs no ctx, and like the others it may be called more than once.
	//
	// A step with a Reply and no Action is an expectation: others do it unasked, and a reply tells that
	// they did, before its turn or after. It is waited for when its turn comes, and asked about when it
	// is missing. It may take effect as long as nobody forbids it, so it needs a Fence, and when the saga
	// turns back, every expectation that is not settled is fenced.
	Reply        func(s *S, r Reply) error
	ReplyTimeout time.Duration // how long a reply is waited for; then the call's outcome is Unknown, and Retry says how often it is made again

	Timeout time.Duration // of one call; Config.Timeout if zero
	Retry   RetryPolicy   // of action and probe together; Config.Retry where zero

	// Steps make it a group, which has no functions of its own and no fields but these two and Name: steps
	// in order or, if Parallel, all at once. A group gives its name to its steps: "book.flight". The
	// branches of a parallel group see the state as it is when each of their calls begins, and must change
	// different fields of it: what two of them change cannot be joined, and needs attention
	// ([StateClash]). If one is refused, those that were not called stay so, calls under way are waited
	// for, and then what took effect is undone in reverse order of the definition. A parallel group stands
	// before the pivot, or after it with retriable steps, and holds no other.
	Steps    []Step[S]
	Parallel bool

	// Replayable says that the participant keeps its reply by key: called again with the same key
	// and input, the step gives the same outcome and the same state, and an undo of nothing is
	// absorbed and forbids a late original. Its outcome is then journalled behind the saga's back,
	// and the next replayable step does not wait for it.
	Replayable bool

	wrong string // what Nest was given wrong, for New to report
}

// Func is the one type of a step's functions. It changes the state in place and says what happened
// by what it returns (see [Outcome]). It may be called several times with the same key, from any
// goroutine. Two calls for one instance overlap only if the earlier one ignored the end of its ctx,
// or if its node was taken over while it lived, in another process for example. Changes to the state are kept if it returns nil or an error that is [Refused] or
// [Pending], and dropped otherwise. A panic is [Unknown].
//
//	returned       action                  compensation             probe                     fence
//	nil            took effect             undone                   it took effect            it took effect and stands
//	Refused        did not, never will     cannot be undone         did not, never will       did not, now never will
//	NotDone        nothing yet: repeat     repeat                   not so far: repeat action ask again
//	Pending        a reply will tell       a reply will tell        a reply will tell         a reply will tell
//	anything else  unknown: probe/repeat   repeat with the same key ask again                 ask again
type Func[S any] func(ctx context.Context, s *S, a Attempt) error

// Kind says what may happen to a step once it took effect (Richardson's terms).
type Kind string

const (
	// Compensatable can be undone. It is what an empty kind means.
	Compensatable Kind = "compensatable"
	// Pivot is the point of no return: it may refuse, but once it took effect the saga goes
	// forward only. At most one.
	Pivot Kind = "pivot"
	// Retriable follows the pivot, or ends a saga without one, and must finish: a refusal is tried
	// anew under a new round.
	Retriable Kind = "retriable"
	// ReadOnly changes nothing, so there is nothing to undo: a query, a person's approval. That its
	// outcome stays unknown counts as a refusal: silence is a no. It stands before the pivot.
	ReadOnly Kind = "read-only"
)

// AnyDefinition is a [Definition] of whatever state, as [New] takes it. Only Definition
// implements it.
type AnyDefinition interface {
	plan() *plan
	key() shapeKey
}
