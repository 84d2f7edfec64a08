package saga

import (
	"context"
	"fmt"
	"time"
)

// Sent is an intervention that was sent to an instance, and what became of it.
type Sent struct {
	At      time.Time
	Verb    Verb    // "reply" of what Deliver sent
	Outcome Outcome // of Resolve, and of a reply
	Step    string  // that a reply is for
	By      string
	Reason  string
	Result  Result // its Err matches ErrWaiting as long as nobody has answered
}

// Sent returns the interventions that were sent to an instance, oldest first, for at least a day:
// those that wait, those that were made, and those that were refused, which the history does not
// have. Empty if there are none, also for an id that does not exist.
func (e *Engine) Sent(ctx context.Context, id string) ([]Sent, error) {
	stored, err := e.store.Reader().Commands(ctx, id)
	if err != nil {
		return nil, fmt.Errorf("interventions at %s: %w", id, err)
	}
	var all []Sent
	for _, c := range stored {
		o, err := readOrder(c.Command)
		s := Sent{At: c.Sent, Verb: o.Verb, Outcome: o.Outcome, Step: o.Step, By: o.By, Reason: o.Reason}
		switch {
		case c.Answered:
			s.Result = ResultOf(id, c.Answer)
		case err != nil:
			s.Result = Result{ID: id, Err: err}
		default:
			s.Result = Result{ID: id, Err: waiting(o.Verb, id)}
		}
		all = append(all, s)
	}
	return all, nil
}

// waiting is the result of an intervention that nobody has answered yet.
func waiting(v Verb, id string) error {
	return fmt.Errorf("%s of %s: %w; it is stored, and made as soon as an engine takes it up", v, id, ErrWaiting)
}
