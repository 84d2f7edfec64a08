package participant

import (
	"encoding/json"
	"fmt"
	"time"
)

// State is what a ledger knows of a key. The zero value is no state; a key that nothing is known of
// is [None].
type State string

const (
	// None says that nothing is recorded: nothing was done under the key so far.
	None State = "NONE"
	// Applied says that the effect is there.
	Applied State = "APPLIED"
	// Reverted says that the effect was there and was undone. It is not applied again.
	Reverted State = "REVERTED"
	// Refused says that the participant said no, and says so for ever under this key.
	Refused State = "REFUSED"
	// Cancelled says that an undo or a fence came before any do, which is refused from then on.
	Cancelled State = "CANCELLED"
)

func (s State) known() bool {
	switch s {
	case None, Applied, Reverted, Refused, Cancelled:
		return true
	}
	return false
}

// Entry is what a ledger knows of a key, and the answer to all four calls. A repeat is answered
// with the entry of the first call, to the byte.
type Entry struct {
	Key       string          `json:"key"`
	Operation string          `json:"operation,omitempty"` // who decided; empty if State is None
	State     State           `json:"state"`
	Request   json.RawMessage `json:"request,omitempty"` // what was decided about; none if Cancelled
	Reply     json.RawMessage `json:"reply,omitempty"`   // what the work returned; only if Applied or Reverted, or of a local step
	Refusal   *Refusal        `json:"refusal,omitempty"` // only if Refused, or told by a [Remote]
	Decided   time.Time       `json:"decided,omitzero"`  // UTC, in whole microseconds
	Reverted  time.Time       `json:"reverted,omitzero"` // likewise; zero unless Reverted
}

// CheckOperation returns an error that matches [ErrKeyReused] if the entry was decided by another
// operation, so that nobody takes another's effect for its own. A cancelled key had no effect and
// never will have one, so it may be told to all.
func (e Entry) CheckOperation(operation string) error {
	if e.State == None || e.State == Cancelled || e.Operation == operation {
		return nil
	}
	return fmt.Errorf("%w: %s was decided by %s, not by %s", ErrKeyReused, e.Key, e.Operation, operation)
}
