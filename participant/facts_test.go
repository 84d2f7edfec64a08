package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// queued is what the queue's service says of itself, to whom it may concern.
var queued = participant.Facts{
	"QueueCompleted": participant.Did("queue"),
	"QueueFailed":    participant.DidNot("queue"),
	"QueueReleased":  participant.Undid("queue"),
}

// chain is a saga whose step waits for facts. Its functions ask nobody.
func chain(next error) func(*wires, *saga.Definition[basket]) {
	wait := func(context.Context, *basket, saga.Attempt) error { return saga.Pending }
	return func(_ *wires, d *saga.Definition[basket]) {
		d.Steps = []saga.Step[basket]{{
			Name: "queue", Action: wait, Compensation: wait, ReplyTimeout: replyTimeout,
			Reply: func(b *basket, r saga.Reply) error { return json.Unmarshal(r.Data, &b.Why) },
		}, {Name: "pay", Kind: saga.Pivot, Action: func(context.Context, *basket, saga.Attempt) error { return next }}}
	}
}

const replyTimeout = time.Hour

func fact(typ, correlation string) message.Message {
	return message.Message{ID: typ, Source: "/ticketing/queue", Type: typ, Key: "seat-1", Correlation: correlation, Data: raw(`"place 7"`)}
}

// Facts settle a step of the instance that they correlate with, on the way forward and on the way back.
func TestFactsSettleSteps(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		next  error
		facts string
		ends  saga.Status
	}{
		"it did":          {nil, "QueueCompleted", saga.Completed},
		"it did, twice":   {nil, "QueueCompleted QueueCompleted", saga.Completed},
		"it did not":      {nil, "QueueFailed", saga.Failed},
		"did and undid":   {saga.Refused, "QueueCompleted QueueReleased", saga.Compensated},
		"with one of old": {saga.Refused, "QueueCompleted QueueCompleted QueueReleased", saga.Compensated},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wired(t, nil, chain(c.next), func(w *wires, d saga.Definition[basket]) {
				handle := w.replies.Facts(queued)
				w.start(d, basket{})
				for _, typ := range strings.Fields(c.facts) {
					<-time.After(time.Second) // an undo is only heard of once it was asked for
					if err := handle(w.t.Context(), fact(typ, "o-1")); err != nil {
						t.Fatal(err)
					}
				}
				if b := w.ended(d, c.ends); b.Why != "place 7" {
					t.Errorf("the state is %+v; want the fact's data in it", b)
				}
				<-time.After(time.Second) // a history is as old as the last checkpoint
				history, err := w.engine.History(w.t.Context(), "o-1")
				if err != nil || !slices.ContainsFunc(history, func(e saga.Event) bool { return e.Kind == saga.EventReplied && e.By == "/ticketing/queue" }) {
					t.Errorf("the history is %+v, %v; want who said what", history, err)
				}
			})
		})
	}
}

// A fact of no saga is passed over, one of an unknown saga is kept as a dead letter, and so is one that
// no step waits for.
func TestFactsOfOthers(t *testing.T) {
	t.Parallel()
	wired(t, nil, chain(nil), func(w *wires, d saga.Definition[basket]) {
		handle := w.replies.Facts(queued)
		if err := handle(w.t.Context(), fact("QueueCompleted", "")); err != nil {
			t.Error(err)
		}
		if err := handle(w.t.Context(), fact("QueueCompleted", "o-2")); !errors.Is(err, message.ErrPoison) || !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("the error is %v", err)
		}
		if err := handle(w.t.Context(), fact("QueueOpened", "o-1")); !errors.Is(err, message.ErrPoison) {
			t.Errorf("the error is %v", err)
		}
	})
}
