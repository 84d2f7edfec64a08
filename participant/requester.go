package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// Requester is an operation behind a [Responder], as seen from a step: what a [Remote] is over HTTP,
// by message. Its methods publish one message each, which asks, and return [saga.Pending]; the answer
// comes as a message of its own, which [Replies] hands to the engine. [Step] makes a step of it. A
// Requester is a value, and safe for concurrent use if its Publisher is.
//
// No outbox is needed on this side: a call whose publishing nobody knows of is made again by the
// engine, from its state, as the same message. A further attempt is another message.
type Requester struct {
	// Publisher takes the messages: a broker's client, or a [message.Bus] on which the responder is
	// the only subscriber to its types. It says [message.ErrUnavailable] only of what reached nobody.
	Publisher message.Publisher
	// Source is who asks, as a URI reference: "/shop/order". Replies come back to it, so each store
	// of sagas has one of its own.
	Source string
	// Name is what the responder calls the operation: "payment".
	Name string
}

// Do asks for the effect of the attempt's key. It is [saga.NotDone] if nothing was sent, and unknown
// if nobody can tell. The request is written as JSON.
func (q Requester) Do(ctx context.Context, a saga.Attempt, request any) error {
	body, err := json.Marshal(request)
	if err != nil {
		return fmt.Errorf("%w: the request for %s cannot be written as JSON: %w", saga.NotDone, q.Name, err)
	}
	return q.send(ctx, callDo, a, body, saga.NotDone)
}

// Undo asks to take the effect back, and takes the attempt of a compensation. Its errors are those
// of Do; it is never refused.
func (q Requester) Undo(ctx context.Context, a saga.Attempt) error {
	return q.send(ctx, callUndo, a, nil, saga.NotDone)
}

// Probe asks what became of the key. That the question was not sent says nothing about what it asks
// for, so its errors are unknown.
func (q Requester) Probe(ctx context.Context, a saga.Attempt) error {
	return q.send(ctx, callProbe, a, nil, saga.Unknown)
}

// Fence asks what became of the key and makes that final. Its errors are unknown.
func (q Requester) Fence(ctx context.Context, a saga.Attempt) error {
	return q.send(ctx, callFence, a, nil, saga.Unknown)
}

// send publishes a call. unsent is what it means for the step that nothing was sent.
func (q Requester) send(ctx context.Context, call string, a saga.Attempt, request json.RawMessage, unsent saga.Outcome) error {
	m, err := q.message(call, a, request)
	if err != nil {
		return fmt.Errorf("%w: the %s of %s was not sent: %w", unsent, call, a.Key, err)
	}
	err = q.Publisher.Publish(ctx, m)
	switch {
	case err == nil:
		return saga.Pending
	case errors.Is(err, message.ErrUnavailable):
		return fmt.Errorf("%w: the %s of %s reached nobody: %v", unsent, call, a.Key, err) //nolint:errorlint // as below
	}
	// An outcome in there is not the participant's word, so it is not wrapped.
	return fmt.Errorf("participant: whether the %s of %s was sent is not known: %v", call, a.Key, err) //nolint:errorlint // see above
}

// message is the same to the byte however often it is made, so it has no time.
func (q Requester) message(call string, a saga.Attempt, request json.RawMessage) (message.Message, error) {
	// The ledger knows nothing of undo keys, and would forbid one for ever.
	data, err := json.Marshal(callBody{Key: a.Key.Action().String(), Number: a.Number, Request: request})
	if err != nil {
		return message.Message{}, err
	}
	m := message.Message{
		ID: callID(a, call), Source: q.Source, Type: q.Name + "." + call,
		Key: a.Key.Instance, Correlation: a.Key.Instance, Data: data,
	}
	return m, m.Check()
}
