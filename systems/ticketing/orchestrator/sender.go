package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// sender publishes what the orchestrator has to say about an open step. It needs no outbox: what is open in
// an instance is durable, and is said again from there after a crash.
type sender struct{ publisher message.Publisher }

// send publishes a message that makes a step happen. Nobody there to take it is not done; any other
// failure leaves open whether it was taken.
func (s sender) send(ctx context.Context, a saga.Attempt, typ string, data any) error {
	err := s.publish(ctx, a, typ, data)
	switch {
	case err == nil:
		return saga.Pending
	case errors.Is(err, message.ErrUnavailable):
		return fmt.Errorf("%w: %s of %s reached nobody: %v", saga.NotDone, typ, a.Key.Instance, err) //nolint:errorlint // what is in there is no outcome
	}
	return fmt.Errorf("orchestrator: whether %s of %s was sent is not known: %v", typ, a.Key.Instance, err) //nolint:errorlint // as above
}

// question publishes an undo, a probe or a fence. That it was not sent says nothing about what it asks for.
func (s sender) question(ctx context.Context, a saga.Attempt, typ string, about event.SagaStep) error {
	err := s.publish(ctx, a, typ, event.Question{SagaID: a.Key.Instance, Step: about, Number: a.Number})
	if err == nil {
		return saga.Pending
	}
	return fmt.Errorf("orchestrator: %s of %s was not answered: %v", typ, a.Key.Instance, err) //nolint:errorlint // what is in there is no outcome
}

// publish says the same to the byte when it is repeated, so the message has no time; a further attempt
// has another id.
func (s sender) publish(ctx context.Context, a saga.Attempt, typ string, data any) error {
	text, err := json.Marshal(data)
	if err != nil {
		return err
	}
	return s.publisher.Publish(ctx, message.Message{
		ID:     a.Key.String() + "." + typ + "." + strconv.Itoa(a.Number),
		Source: event.Source("orchestrator"), Type: typ, Key: a.Key.Instance, Correlation: a.Key.Instance, Data: text,
	})
}
