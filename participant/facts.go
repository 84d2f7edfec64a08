package participant

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// Facts says what the facts that services publish mean for the steps of a saga, by type:
//
//	participant.Facts{
//		"QueueCompleted": participant.Did("queue"),
//		"QueueFailed":    participant.DidNot("queue"),
//		"QueueReleased":  participant.Undid("queue"),
//	}
//
// The services react to each other, and the saga learns from the same facts how far they are, without
// asking. The steps wait: their functions return [saga.Pending], or they do nothing but wait.
type Facts map[string]Fact

// Fact is what a fact means: which step it settles, and how. Get one from [Did], [DidNot] or [Undid].
type Fact struct {
	step    string
	undo    bool
	outcome saga.Outcome
}

// Did is a fact which says that a step's effect is there.
func Did(step string) Fact { return Fact{step: step, outcome: saga.Succeeded} }

// DidNot is a fact which says that a step's effect is not there and, for this instance, never will be:
// its service refuses.
func DidNot(step string) Fact { return Fact{step: step, outcome: saga.Refused} }

// Undid is a fact which says that a step's effect was taken back.
func Undid(step string) Fact { return Fact{step: step, undo: true, outcome: saga.Succeeded} }

// Facts returns a [message.Handler] for facts. A fact is about the instance that its correlation id
// names; one without is part of no saga, and passed over. The step's Reply function gets the fact's
// data, and the history its source and type. A type that is not in the map is [message.ErrPoison];
// other errors are those of [Replies].
//
// A fact knows nothing of rounds: it settles the first. A retriable step that its service may refuse
// needs a [Requester].
func (r *Replies) Facts(facts Facts) message.Handler {
	return func(ctx context.Context, m message.Message) error {
		f, known := facts[m.Type]
		switch {
		case !known:
			return fmt.Errorf("%w: no step waits for %s; add it to the facts and redrive it, or discard it", message.ErrPoison, m.Type)
		case m.Correlation == "":
			return nil
		}
		return r.deliver(ctx, saga.Reply{
			Key:     saga.Key{Instance: m.Correlation, Step: f.step, Undo: f.undo},
			Outcome: f.outcome, Data: m.Data, By: cut(m.Source, maxBy), Reason: cut(m.Type, maxReason),
		})
	}
}
