package saga

import (
	"cmp"
	"errors"
)

// Outcome is what is known about one call to a participant. It implements error, so that a
// step's function says what happened in the error it returns:
//
//	return nil                                            // it took effect
//	return fmt.Errorf("%w: out of stock", saga.Refused)   // answered: not done, never will be
//	return fmt.Errorf("%w: %w", saga.NotDone, err)        // this call did nothing; ask again
//	return saga.Pending                                   // a reply will tell
//	return err                                            // anything else is unknown
//
// The zero value is no outcome and counts as [Unknown].
type Outcome string

const (
	// Succeeded says that the effect is there. A function says it by returning nil.
	Succeeded Outcome = "succeeded"
	// Refused is a participant's answer: not done under this key, and never will be.
	Refused Outcome = "refused"
	// NotDone says that this one call did nothing and that asking again is harmless: a refused
	// connection, or a probe that finds nothing yet. It is a claim; a false one loses an effect.
	NotDone Outcome = "not done"
	// Pending says that the call was taken in and that a [Reply] will tell what came of it: another
	// service's message, or a person. It is for steps that have a Reply function; of any other step
	// it counts as [Unknown].
	Pending Outcome = "pending"
	// NotNeeded says that a step was passed over because its When said no. Only the engine says it; an
	// error of a step's function that wraps it is Unknown.
	NotNeeded Outcome = "not needed"
	// Unknown says that nobody can tell whether the call took effect: a timeout after bytes were
	// sent, a reset, a 5xx, a panic. It is never treated as a failure.
	Unknown Outcome = "unknown"
)

// Error makes an outcome an error that others can wrap; [errors.Is] finds it.
func (o Outcome) Error() string { return string(o) }

// OutcomeOf reads what a step's function said: nil is [Succeeded]; an error that wraps exactly one
// of [Refused], [NotDone], [Pending] and [NotNeeded] is that; everything else is [Unknown], an error that wraps
// two of them included, because a contradiction gets the safe reading.
func OutcomeOf(err error) Outcome {
	if err == nil {
		return Succeeded
	}
	if errors.Is(err, Unknown) {
		return Unknown
	}
	said := Outcome("")
	for _, o := range [...]Outcome{Refused, NotDone, Pending, NotNeeded} {
		switch {
		case !errors.Is(err, o):
		case said != "":
			return Unknown
		default:
			said = o
		}
	}
	return cmp.Or(said, Unknown)
}
