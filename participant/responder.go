package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seosa-dev/saga/message"
)

// Responder offers operations by message: what a [Server] is over HTTP. Its Take is a
// [message.Handler] for the messages that ask; each is answered by a message in the participant's
// outbox, which is committed with what was done. The package documentation lists both. Create it with
// [NewResponder] and add the operations before it takes messages; it is then safe for concurrent use.
type Responder struct {
	source     string
	committed  func()
	operations map[string]Operation
}

// NewResponder returns a responder without operations. source is the participant as a URI reference,
// "/shop/catalog"; its replies carry it. committed is called when a reply was committed, and not later
// told what came of it: the relay's Wake. If it is nil, the relay finds replies when it next looks.
func NewResponder(source string, committed func()) *Responder {
	if committed == nil {
		committed = func() {}
	}
	return &Responder{source: source, committed: committed, operations: map[string]Operation{}}
}

// Handle offers an operation under a name, which begins the types of its messages. It panics if that
// cannot be served: an odd name or one that is taken, or an operation without Do, Probe, Fence or
// Telling.
func (r *Responder) Handle(name string, op Operation) {
	_, taken := r.operations[name]
	if taken || !nameForm.MatchString(name) || op.Do == nil || op.Probe == nil || op.Fence == nil || op.Telling == nil {
		panic(fmt.Sprintf("participant: %q cannot be served by message; use letters, digits and slashes, each name once, "+
			"and give it Do, Probe and Fence on a database with an outbox", name))
	}
	r.operations[name] = op
}

// Types are the types of messages that Take knows: what to subscribe it to.
func (r *Responder) Types() []string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(r.operations)) {
		for _, call := range []string{callDo, callFence, callProbe, callUndo} {
			if call != callUndo || r.operations[name].Undo != nil {
				all = append(all, name+"."+call)
			}
		}
	}
	return all
}

// Take makes the call that a message asks for. nil means that the call and the reply to it are
// durable. No inbox stands before it: a message that comes again is answered again, from the ledger,
// because the first reply may be lost.
//
// The error matches [message.ErrPoison] if no repeat can help: the message is no call, its operation
// is not known here, its key stands for something else ([ErrKeyReused]), or the reply is too large.
// After any other error nothing is known to have been done, and the message is to be tried again.
// A refusal is an answer and no error, and so is a do that can never be accepted ([ErrInvalid]).
func (r *Responder) Take(ctx context.Context, m message.Message) error {
	name, call := splitType(m.Type)
	op, known := r.operations[name]
	var body callBody
	switch err := json.Unmarshal(m.Data, &body); {
	case !known || kindOf(call) == "" || call == callUndo && op.Undo == nil:
		return fmt.Errorf("%w: nobody here takes %s; the types are %s; correct the sender, or redrive it when the operation is there",
			message.ErrPoison, m.Type, strings.Join(r.Types(), ", "))
	case err != nil:
		return fmt.Errorf("%w: the data of %s are no call; nothing was done; correct the sender: %w", message.ErrPoison, m.Type, err)
	case body.Key == "":
		return fmt.Errorf("%w: the data of %s name no key; nothing was done; correct the sender", message.ErrPoison, m.Type)
	}
	told := op.Telling(func(e Entry, err error) (message.Message, error) { return r.reply(m, call, body, e, err) })
	if err := told.call(ctx, call, body); err != nil {
		return undelivered(m, err)
	}
	r.committed()
	return nil
}

func (op Operation) call(ctx context.Context, call string, body callBody) (err error) {
	switch call {
	case callDo:
		_, err = op.Do(ctx, body.Key, body.Request)
	case callUndo:
		_, err = op.Undo(ctx, body.Key)
	case callProbe:
		_, err = op.Probe(ctx, body.Key)
	case callFence:
		_, err = op.Fence(ctx, body.Key)
	}
	return err
}

// undelivered says what is to become of a message whose call failed.
func undelivered(m message.Message, err error) error {
	for _, final := range []error{ErrInvalid, ErrKeyReused, message.ErrInvalid} {
		if errors.Is(err, final) {
			return fmt.Errorf("%w: %s %s gets no reply, and nothing was done: %w", message.ErrPoison, m.Type, m.ID, err)
		}
	}
	return err
}

// reply is the answer to a call.
func (r *Responder) reply(to message.Message, call string, asked callBody, e Entry, err error) (message.Message, error) {
	if call == callDo && errors.Is(err, ErrInvalid) { // was not accepted, and never will be
		e, err = Entry{Key: asked.Key, State: Refused, Refusal: &Refusal{Code: codeInvalid, Detail: err.Error()}}, nil
	}
	if err != nil {
		return message.Message{}, err
	}
	e.Request = nil
	entry, err := json.Marshal(e)
	if err != nil {
		return message.Message{}, fmt.Errorf("participant: what the operation recorded under %s is no JSON: %w", asked.Key, err)
	}
	name, _ := splitType(to.Type)
	m, err := message.New(r.source, name+replyEnd, to.Key, replyBody{For: to.Source, Call: call, Number: asked.Number, Entry: entry})
	m.Correlation, m.Causation, m.Trace = to.Correlation, to.ID, to.Trace
	return m, err
}
