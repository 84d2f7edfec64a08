package event

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// Desk answers for one step of the saga at the service whose step it is. All fields are needed but
// Committed. It is safe for concurrent use if its Operation is.
type Desk struct {
	Step Step
	// Operation is what the step does. Its request is the data of the trigger, and its reply the data of
	// the fact that it is done.
	Operation participant.Operation
	// Committed is called when an answer was committed: the relay's Wake. Default: nothing.
	Committed func()
}

// Handlers are what the step takes, by the types of messages.
func (d Desk) Handlers() map[string]message.Handler {
	all := map[string]message.Handler{
		d.Step.Ask: d.asked(func(ctx context.Context, op participant.Operation, key string) (participant.Entry, error) {
			return op.Probe(ctx, key)
		}),
		d.Step.Fence: d.asked(func(ctx context.Context, op participant.Operation, key string) (participant.Entry, error) {
			return op.Fence(ctx, key)
		}),
		d.Step.Undo: d.asked(func(ctx context.Context, op participant.Operation, key string) (participant.Entry, error) {
			return op.Undo(ctx, key)
		}),
	}
	for _, trigger := range d.Step.Triggers {
		all[trigger] = d.triggered
	}
	return all
}

// triggered does the step. A fact that comes again is silent: what followed from it was told when it came
// first, and whoever misses that asks.
func (d Desk) triggered(ctx context.Context, m message.Message) error {
	if err := speaksOfItself(m); err != nil {
		return err
	}
	key := d.Step.Name.Key(m.Correlation)
	if kindOf(m.Type) == Fact {
		if e, err := d.Operation.Probe(ctx, key); err != nil || e.State != participant.None {
			return judged(err)
		}
	}
	_, err := d.Operation.Telling(d.tells(m)).Do(ctx, key, m.Data)
	return d.committed(err)
}

// speaksOfItself refuses a message that belongs to one saga and speaks of another: what it says would be done
// under the wrong key.
func speaksOfItself(m message.Message) error {
	var said struct {
		SagaID *string
		Sale   *struct{ SagaID string }
	}
	if err := Read(m, &said); err != nil {
		return err
	}
	if m.Correlation == "" || said.SagaID != nil && *said.SagaID != m.Correlation || said.Sale != nil && said.Sale.SagaID != m.Correlation {
		return fmt.Errorf("%w: %s %s belongs to the saga %.100q and does not speak of it", message.ErrPoison, m.Type, m.ID, m.Correlation)
	}
	return nil
}

// asked answers a question about the step.
func (d Desk) asked(call func(ctx context.Context, op participant.Operation, key string) (participant.Entry, error)) message.Handler {
	return func(ctx context.Context, m message.Message) error {
		var q Question
		if err := Read(m, &q); err != nil {
			return err
		}
		if q.SagaID == "" || q.SagaID != m.Correlation || q.Step != d.Step.Name {
			return fmt.Errorf("%w: %s %s asks about %q of %q", message.ErrPoison, m.Type, m.ID, q.Step, q.SagaID)
		}
		_, err := call(ctx, d.Operation.Telling(d.tells(m)), d.Step.Name.Key(q.SagaID))
		return d.committed(err)
	}
}

func (d Desk) committed(err error) error {
	if err == nil && d.Committed != nil {
		d.Committed()
	}
	return judged(err)
}

// judged marks what no repeat can help.
func judged(err error) error {
	if errors.Is(err, participant.ErrInvalid) || errors.Is(err, participant.ErrKeyReused) {
		return fmt.Errorf("%w: %w", message.ErrPoison, err)
	}
	return err
}

// tells says what goes out with a call: the answer to m.
func (d Desk) tells(m message.Message) participant.Tell {
	return func(e participant.Entry, err error) (message.Message, error) {
		if err != nil {
			return message.Message{}, err
		}
		typ, data := d.answer(m, e)
		told, err := New(d.Step.Service, typ, m.Correlation, data)
		return Because(m, told), err
	}
}

func (d Desk) answer(m message.Message, e participant.Entry) (typ string, data any) {
	var q Question
	_ = json.Unmarshal(m.Data, &q) // a trigger asks no question
	switch {
	case m.Type == d.Step.Undo:
		return d.Step.Undone, Answer{SagaID: m.Correlation, Step: d.Step.Name, Number: q.Number}
	case e.State == participant.Applied:
		return d.Step.Done, e.Reply
	case e.State == participant.None:
		return d.Step.NotDone, Answer{SagaID: m.Correlation, Step: d.Step.Name, Number: q.Number}
	}
	return d.Step.Failed, d.failed(m.Correlation, e)
}

// failed says why the step did not take effect.
func (d Desk) failed(sagaID string, e participant.Entry) Failed {
	f := Failed{SagaID: sagaID, Step: d.Step.Name}
	switch {
	case e.Refusal != nil:
		f.Code, f.Detail = cmp.Or(e.Refusal.Code, "refused"), e.Refusal.Detail
	case e.State == participant.Reverted:
		f.Code, f.Detail = "undone", "It was done and undone; pay again to try anew."
	default:
		f.Code, f.Detail = "not-in-time", "The "+d.Step.Service+" service did not do it in time, and was told not to any more."
	}
	return f
}
