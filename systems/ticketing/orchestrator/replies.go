package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// meaning is what a type of message says about a step.
type meaning struct {
	step    event.SagaStep
	call    saga.CallKind // that it answers
	outcome saga.Outcome
}

// meanings are all that the orchestrator follows, by type.
func meanings() map[string]meaning {
	all := map[string]meaning{}
	for _, s := range event.Steps() {
		all[s.Done] = meaning{s.Name, saga.CallAction, saga.Succeeded}
		// A refusal stands under the key, so it is about all attempts at once, as the answer to a fence is.
		all[s.Failed] = meaning{s.Name, saga.CallFence, saga.Refused}
		all[s.NotDone] = meaning{s.Name, saga.CallProbe, saga.NotDone}
		all[s.Undone] = meaning{s.Name, saga.CallCompensation, saga.Succeeded}
	}
	return all
}

// Handlers are the messages that the orchestrator follows, by type.
func (o *PaymentSagaOrchestrator) Handlers() map[string]message.Handler {
	all := map[string]message.Handler{}
	for typ, means := range meanings() {
		all[typ] = func(ctx context.Context, m message.Message) error { return o.hears(ctx, means, m) }
	}
	return all
}

// hears hands a fact or a reply to the saga that it is about.
func (o *PaymentSagaOrchestrator) hears(ctx context.Context, means meaning, m message.Message) error {
	if m.Correlation == "" {
		return nil // a fact outside any saga
	}
	err := o.engine.Deliver(ctx, reply(means, m))
	switch {
	case err == nil:
		return nil
	case errors.Is(err, saga.ErrNotFound), errors.Is(err, saga.ErrInvalid), errors.Is(err, saga.ErrTooLarge):
		return fmt.Errorf("%w: %s %s: %w", message.ErrPoison, m.Type, m.ID, err)
	}
	// The trouble is that of the store and about no message in particular, so none is to be given up.
	return fmt.Errorf("%w: %w", message.ErrUnavailable, err)
}

func reply(means meaning, m message.Message) saga.Reply {
	r := saga.Reply{
		Key:  saga.Key{Instance: m.Correlation, Step: string(means.step), Undo: means.call == saga.CallCompensation},
		Call: means.call, Outcome: means.outcome, Data: m.Data, By: m.Source, Reason: m.Type,
	}
	var said struct {
		Number       int
		Code, Detail string
	}
	if json.Unmarshal(m.Data, &said) != nil {
		return r // the step's own reading says what is wrong with it
	}
	r.Number = max(said.Number, 0)
	if means.outcome == saga.Refused {
		r.Reason = said.Code + ": " + said.Detail
		r.Reason = r.Reason[:min(len(r.Reason), 500)]
	}
	return r
}
