package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// Replies hands to an engine what participants say by message: answers of a [Responder] by Take, and
// facts by the handler that Facts returns. Get one from [NewReplies]; it is safe for concurrent use.
//
// What comes while replies are being delivered is gathered, and delivered by one call. A message is
// done when [saga.Engine.Deliver] has returned for it: the reply is durable then. One that came too
// late changes nothing; [saga.Engine.Sent] and the command line (seosa show) have it for a day.
//
// A message that can never be a reply matches [message.ErrPoison]: it answers nothing that was ever
// started here, or is too large, or is no reply. It becomes a dead letter in the outbox that it came
// from. Any other trouble is that of the engine's store, which is about no message in particular:
// [message.ErrUnavailable], so that the relay waits and gives none up.
type Replies struct {
	source string
	gather *gatherer
}

// NewReplies returns the way of replies to an engine, or whatever else takes them. source is that of
// the [Requester]s whose answers it takes.
func NewReplies(to Deliverer, source string) *Replies {
	return &Replies{source: source, gather: newGatherer(to)}
}

// Take is a [message.Handler] for the answers of a [Responder], of the type NAME.reply. Answers to
// what another source has asked are passed over, and nil.
func (r *Replies) Take(ctx context.Context, m message.Message) error {
	var body replyBody
	if err := json.Unmarshal(m.Data, &body); err != nil || body.For == "" {
		return fmt.Errorf("%w: %s of %s is no answer to a call; redrive it when its sender is understood, or discard it", message.ErrPoison, m.Type, m.Source)
	}
	if body.For != r.source {
		return nil
	}
	reply, err := body.reply(m)
	if err != nil {
		return fmt.Errorf("%w: %s of %s: %w", message.ErrPoison, m.Type, m.Source, err)
	}
	return r.deliver(ctx, reply)
}

func (r *Replies) deliver(ctx context.Context, reply saga.Reply) error {
	err := r.gather.deliver(ctx, reply)
	switch {
	case err == nil:
		return nil
	case cannotBe(err):
		return fmt.Errorf("%w: %w", message.ErrPoison, err)
	}
	return fmt.Errorf("%w: %w", message.ErrUnavailable, err)
}

// cannotBe reports whether an error of Deliver is about the reply, and no repeat can help.
func cannotBe(err error) bool {
	return errors.Is(err, saga.ErrNotFound) || errors.Is(err, saga.ErrInvalid) || errors.Is(err, saga.ErrTooLarge)
}

// reply reads what an answer means for the step that asked.
func (b *replyBody) reply(m message.Message) (saga.Reply, error) {
	var e Entry
	if err := json.Unmarshal(b.Entry, &e); err != nil {
		return saga.Reply{}, fmt.Errorf("its entry cannot be read: %w", err)
	}
	key, err := saga.ParseKey(e.Key)
	if err != nil {
		return saga.Reply{}, err
	}
	outcome, err := e.answers(b.Call)
	if err != nil {
		return saga.Reply{}, err
	}
	key.Undo = b.Call == callUndo
	r := saga.Reply{Key: key, Call: kindOf(b.Call), Number: max(b.Number, 0), Outcome: outcome, Data: b.Entry, By: cut(m.Source, maxBy)}
	if told, _ := final(e, nil); outcome == saga.Refused {
		r.Reason = cut(told.Refusal.Code+": "+told.Refusal.Detail, maxReason)
	}
	return r, nil
}

// answers says what an entry means as the answer to a call.
func (e Entry) answers(call string) (saga.Outcome, error) {
	asked := call == callDo || call == callProbe || call == callFence
	settled := e.State == Refused || e.State == Cancelled || e.State == Reverted
	switch {
	case call == callUndo && settled, asked && e.State == Applied:
		return saga.Succeeded, nil
	case asked && settled:
		return saga.Refused, nil
	case call == callProbe && e.State == None:
		return saga.NotDone, nil
	}
	return "", fmt.Errorf("the key %.100q stands at %.60q after %.60q, which nobody can have answered", e.Key, e.State, call)
}

// The limits of a [saga.Reply].
const (
	maxBy     = 200
	maxReason = 500
)

func cut(text string, most int) string {
	return strings.ToValidUTF8(text[:min(len(text), most)], "")
}
