package participant_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// A step of every kind can be asked by message; one that must finish and is refused is asked anew,
// under a key of its own.
func TestAStepOfEveryKindByMessage(t *testing.T) {
	t.Parallel()
	plan := func(w *wires, d *saga.Definition[basket]) {
		tries := 0
		for _, k := range []struct {
			name string
			kind saga.Kind
		}{{"look", saga.ReadOnly}, {"take", saga.Compensatable}, {"pay", saga.Pivot}, {"ship", saga.Retriable}} {
			d.Steps = append(d.Steps, participant.Step(k.name, k.kind, w.requester(), func(b basket) any {
				if tries++; tries == 4 { // the first time at the last step
					return order{Quantity: b.Quantity, Then: "refuse"}
				}
				return order{Quantity: b.Quantity}
			}, (*basket).read))
		}
	}
	wired(t, nil, plan, func(w *wires, d saga.Definition[basket]) {
		w.ends(d, basket{Quantity: 3}, saga.Completed)
		w.wantAsked("do", "do", "do", "do", "do")
		for key, stands := range map[string]int{"o-1/look": 3, "o-1/take": 3, "o-1/pay": 3, "o-1/ship": 0, "o-1/ship~1": 3} {
			w.wantEffect(key, stands)
		}
	})
}

// A person may settle what a service leaves open, without its data.
func TestAPersonsReplyNeedsNoData(t *testing.T) {
	t.Parallel()
	plan := func(w *wires, d *saga.Definition[basket]) {
		one(w, d)
		d.Steps[0].ReplyTimeout = time.Hour
	}
	wired(t, func(message.Message) fate { return lost }, plan, func(w *wires, d saga.Definition[basket]) {
		w.start(d, basket{Quantity: 3})
		<-time.After(time.Minute)
		err := w.engine.Deliver(w.t.Context(), saga.Reply{
			Key: saga.Key{Instance: "o-1", Step: "take"}, Outcome: saga.Refused, By: "lee", Reason: "the shop is closed",
		})
		if err != nil {
			w.t.Fatal(err)
		}
		if b := w.ended(d, saga.Failed); b.Why != "refused" {
			w.t.Errorf("the state is %+v; want the refusal in it", b)
		}
	})
}

// An answer of another operation settles nothing, whatever key it names: its effect is another's.
func TestAnAnswerOfAnotherOperation(t *testing.T) {
	heard := 0
	st := participant.Step("pay", saga.Compensatable, participant.Requester{Source: "/engine", Name: "payment"},
		func(struct{}) any { return nil }, func(*struct{}, participant.Entry) error { heard++; return nil })
	for operation, want := range map[string]error{"payment": nil, "stock/take": participant.ErrKeyReused} {
		data, err := json.Marshal(participant.Entry{Key: "i/pay", Operation: operation, State: participant.Applied})
		if err != nil {
			t.Fatal(err)
		}
		err = st.Reply(&struct{}{}, saga.Reply{Key: saga.Key{Instance: "i", Step: "pay"}, Outcome: saga.Succeeded, Data: data})
		if !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", operation, err, want)
		}
	}
	if heard != 1 {
		t.Errorf("%d answers were heard, want that of the step's own operation", heard)
	}
}
