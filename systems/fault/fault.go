package fault

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// ErrInvalid is matched by the error about a fault or rates that make no sense. Nothing was armed;
// the message lists what is right.
var ErrInvalid = errors.New("fault: invalid")

// maxArmed bounds the faults that wait.
const maxArmed = 1000

// Fault is one thing that shall go wrong.
type Fault struct {
	// At is the place, by the name that the wiring gives it. A fault at a name that nothing passes
	// waits for ever.
	At string `json:"at"`

	// Kind is what goes wrong.
	Kind Kind `json:"kind"`

	// Times is how often: 0 once, -1 until it is cleared, n times otherwise. Reject allows -1 only,
	// as a trigger does not count.
	Times int `json:"times,omitempty"`

	// Match limits the fault to calls whose key contains it. Empty: any call.
	Match string `json:"match,omitempty"`

	// Hold is how long Delay and Postpone keep a call and HoldReply an answer, in nanoseconds as JSON. 0: until
	// Release.
	Hold time.Duration `json:"hold,omitempty"`
}

// check returns an error that matches [ErrInvalid] unless the fault can happen; fitting are the
// kinds of its place.
func (x Fault) check(fitting []Kind) error {
	switch {
	case x.At == "":
		return fmt.Errorf(`%w: "at" is empty; name the place`, ErrInvalid)
	case !slices.Contains(kinds(), x.Kind):
		return fmt.Errorf("%w: %q is no kind; use one of %s", ErrInvalid, x.Kind, listed(kinds()))
	case !slices.Contains(fitting, x.Kind):
		return fmt.Errorf("%w: %q cannot happen at %q; use one of %s", ErrInvalid, x.Kind, x.At, listed(fitting))
	case x.Times < -1:
		return fmt.Errorf("%w: times is %d; use -1 for until cleared, 0 for once, or a count", ErrInvalid, x.Times)
	case x.Kind == Reject && (x.Times != -1 || x.Match != ""):
		return fmt.Errorf("%w: %q lasts until it is cleared and has no key; use times -1 and no match", ErrInvalid, x.Kind)
	case x.Hold < 0 || x.Hold > 0 && x.Kind != Delay && x.Kind != HoldReply && x.Kind != Postpone:
		return fmt.Errorf("%w: hold is %v; only %s, %s and %s have one, and it is not negative", ErrInvalid, x.Hold, Delay, HoldReply, Postpone)
	}
	return nil
}
