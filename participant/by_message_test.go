package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// first gives the first message of each call its fate; the others arrive.
func first(fates map[string]fate) func(message.Message) fate {
	return func(m message.Message) fate {
		name := call(m)
		if name == "reply" {
			var body struct{ Call string }
			_ = json.Unmarshal(m.Data, &body)
			name += " to " + body.Call
		}
		f := fates[name]
		delete(fates, name)
		return f
	}
}

func one(w *wires, d *saga.Definition[basket]) { d.Steps = []saga.Step[basket]{w.step()} }

// refusing is a second step that turns the saga back.
func refusing(w *wires, d *saga.Definition[basket]) {
	d.Steps = []saga.Step[basket]{w.step(), {Name: "pay", Kind: saga.Pivot, Action: func(context.Context, *basket, saga.Attempt) error {
		return saga.Refused
	}}}
}

// Whatever becomes of a message on its way, the saga ends as its participant says, and the effect is
// there once.
func TestAStepByMessage(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fates map[string]fate
		plan  func(*wires, *saga.Definition[basket])
		then  string
		ends  saga.Status
		asked []string
	}{
		"all goes well":            {nil, one, "", saga.Completed, []string{"do"}},
		"it refuses":               {nil, one, "refuse", saga.Failed, []string{"do"}},
		"it rejects":               {nil, one, "reject", saga.Failed, []string{"do"}},
		"it is taken back":         {nil, refusing, "", saga.Compensated, []string{"do", "undo"}},
		"the do comes twice":       {map[string]fate{"do": twice}, one, "", saga.Completed, []string{"do"}},
		"the do is lost":           {map[string]fate{"do": lost}, one, "", saga.Completed, []string{"do", "probe", "do"}},
		"the do reaches nobody":    {map[string]fate{"do": nobody}, one, "", saga.Completed, []string{"do", "do"}},
		"nobody knows of the do":   {map[string]fate{"do": unknown}, one, "", saga.Completed, []string{"do"}},
		"the reply is lost":        {map[string]fate{"reply to do": lost}, one, "", saga.Completed, []string{"do", "probe"}},
		"the reply comes twice":    {map[string]fate{"reply to do": twice}, one, "", saga.Completed, []string{"do"}},
		"the refusal is lost":      {map[string]fate{"reply to do": lost}, one, "refuse", saga.Failed, []string{"do", "probe"}},
		"both replies are lost":    {map[string]fate{"reply to do": lost, "reply to probe": lost}, one, "", saga.Completed, []string{"do", "probe", "probe"}},
		"the probe reaches nobody": {map[string]fate{"do": lost, "probe": nobody}, one, "", saga.Completed, []string{"do", "probe", "probe", "do"}},
		"the undo is lost":         {map[string]fate{"undo": lost}, refusing, "", saga.Compensated, []string{"do", "undo", "undo"}},
		"the undo comes twice":     {map[string]fate{"undo": twice}, refusing, "", saga.Compensated, []string{"do", "undo"}},
		"its reply is lost":        {map[string]fate{"reply to undo": lost}, refusing, "", saga.Compensated, []string{"do", "undo", "undo"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			wired(t, first(c.fates), c.plan, func(w *wires, d saga.Definition[basket]) {
				b := w.ends(d, basket{Quantity: 3, Then: c.then}, c.ends)
				w.wantAsked(c.asked...)
				stands, codes := 0, map[string]string{"refuse": "sold-out", "reject": "invalid-request"}
				if c.ends == saga.Completed {
					stands = 3
				}
				w.wantEffect("o-1/take", stands)
				if b.Why != codes[c.then] || c.then == "" && b.Taken != 3 {
					t.Errorf("the state is %+v; want the participant's answer in it", b)
				}
			})
		})
	}
}

// Without a probe, a do whose reply was lost is asked again: as another message, so that nobody on the
// way takes it for a repeat, and under the same key, so that the ledger has the answer.
func TestALostReplyIsGivenAgainFromTheLedger(t *testing.T) {
	t.Parallel()
	steps := func(w *wires, d *saga.Definition[basket]) {
		one(w, d)
		d.Steps[0].Probe = nil
	}
	wired(t, first(map[string]fate{"reply to do": lost}), steps, func(w *wires, d saga.Definition[basket]) {
		b := w.ends(d, basket{Quantity: 2}, saga.Completed)
		w.wantAsked("do", "do")
		w.wantEffect("o-1/take", 2)
		if one, two := w.asked[0], w.asked[1]; b.Taken != 2 || one.ID == two.ID ||
			!strings.Contains(string(two.Data), `"key":"o-1/take","number":2`) || !strings.Contains(string(one.Data), `"key":"o-1/take","number":1`) {
			t.Errorf("asked by %+v and %+v, the state is %+v", one, two, b)
		}
	})
}

// A do that comes when its saga has turned back and has fenced it does nothing, and an operator sees
// its answer.
func TestADoThatComesAfterItsFence(t *testing.T) {
	t.Parallel()
	hurried := func(w *wires, d *saga.Definition[basket]) {
		one(w, d)
		d.Deadline = 20 * time.Second
	}
	wired(t, first(map[string]fate{"do": held}), hurried, func(w *wires, d saga.Definition[basket]) {
		w.start(d, basket{Quantity: 3})
		w.ended(d, saga.Failed)
		w.release()
		<-time.After(5 * time.Second) // nobody holds an instance that has ended, so a claim finds it
		w.wantAsked("do", "fence")
		w.wantEffect("o-1/take", 0)
		sent, err := w.engine.Sent(w.t.Context(), "o-1")
		late := 0
		for _, s := range sent {
			if errors.Is(s.Result.Err, saga.ErrLate) && s.By == "/shop/catalog" && s.Outcome == saga.Refused {
				late++
			}
		}
		if err != nil || late != 1 {
			t.Errorf("sent were %+v, %v; want the late refusal among them", sent, err)
		}
	})
}

// The same attempt is the same message, whoever makes it: after a crash it is sent again.
func TestTheSameAttemptIsTheSameMessage(t *testing.T) {
	t.Parallel()
	w := &wires{service: newService(), way: func(message.Message) fate { return lost }}
	q := w.requester()
	key := saga.Key{Instance: "o-1", Step: "take"}
	undo := saga.Key{Instance: "o-1", Step: "take", Undo: true}
	for range 2 {
		for n := 1; n <= 2; n++ {
			for _, err := range []error{
				q.Do(t.Context(), saga.Attempt{Key: key, Number: n}, order{Quantity: 2}),
				q.Probe(t.Context(), saga.Attempt{Key: key, Number: n}), q.Fence(t.Context(), saga.Attempt{Key: key, Number: n}),
				q.Undo(t.Context(), saga.Attempt{Key: undo, Number: n}),
			} {
				if !errors.Is(err, saga.Pending) {
					t.Fatal(err)
				}
			}
		}
	}
	ids := map[string]string{}
	for i, m := range w.asked {
		text, err := json.Marshal(m)
		if before, known := ids[m.ID]; err != nil || known != (i >= 8) || known && before != string(text) {
			t.Errorf("message %d is %s, before %s, %v", i, text, before, err)
		}
		ids[m.ID] = string(text)
		if m.Key != "o-1" || m.Correlation != "o-1" || m.Source != "/shop/order" {
			t.Errorf("message %d is %+v; its key and its correlation are the instance", i, m)
		}
	}
	if got, want := ids["o-1/take~undo.undo.1"], `"data":{"key":"o-1/take","number":1}}`; len(got) < len(want) || got[len(got)-len(want):] != want {
		t.Errorf("the undo is %s; it asks about the action's key", got)
	}
}

// What cannot be sent has reached nobody; what is asked by it, nobody knows.
func TestWhatCannotBeSent(t *testing.T) {
	t.Parallel()
	long := make([]byte, message.MaxData)
	for i := range long {
		long[i] = 'x'
	}
	a := saga.Attempt{Key: saga.Key{Instance: "o-1", Step: "take"}, Number: 1}
	w := &wires{service: newService(), way: func(message.Message) fate { return nobody }}
	q := w.requester()
	for name, c := range map[string]struct {
		err  error
		want saga.Outcome
	}{
		"a do":                          {q.Do(t.Context(), a, order{}), saga.NotDone},
		"an undo":                       {q.Undo(t.Context(), a), saga.NotDone},
		"a probe":                       {q.Probe(t.Context(), a), saga.Unknown},
		"a fence":                       {q.Fence(t.Context(), a), saga.Unknown},
		"a request that is too large":   {q.Do(t.Context(), a, string(long)), saga.NotDone},
		"a request that is no JSON":     {q.Do(t.Context(), a, func() {}), saga.NotDone},
		"a probe without a source":      {participant.Requester{Publisher: w, Name: "x"}.Probe(t.Context(), a), saga.Unknown},
		"a do whose sender contradicts": {participant.Requester{Publisher: liar{}, Source: "/x", Name: "x"}.Do(t.Context(), a, 1), saga.Unknown},
	} {
		if got := saga.OutcomeOf(c.err); got != c.want {
			t.Errorf("%s is %s (%v), want %s", name, got, c.err, c.want)
		}
	}
}

// liar is a publisher whose error claims an outcome.
type liar struct{}

func (liar) Publish(context.Context, message.Message) error { return saga.Refused }
