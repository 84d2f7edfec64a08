package participant_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// answered is the data of a reply.
type answered struct {
	For   string
	Call  string
	Entry participant.Entry
}

func responding() (*service, *participant.Responder) {
	s, r := newService(), participant.NewResponder("/shop/catalog", nil)
	r.Handle("stock/take", s.operation("stock/take"))
	return s, r
}

// asking is a message that asks for a call, as a requester sends it.
func asking(name, key, request string) message.Message {
	data := fmt.Sprintf(`{"key":%q}`, key)
	if request != "" {
		data = fmt.Sprintf(`{"key":%q,"request":%s}`, key, request)
	}
	return message.Message{
		ID: key + "." + name + ".1", Source: "/shop/order", Type: "stock/take." + name, Key: "o-1", Correlation: "o-1",
		Trace: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", Data: json.RawMessage(data),
	}
}

// Calls come in every order and more than once. Each is answered, again too, and the effect is there
// at most once.
func TestCallsInAnyOrder(t *testing.T) {
	t.Parallel()
	const want = "APPLIED"
	for calls, states := range map[string]string{
		"do do":                  "APPLIED APPLIED",
		"do undo do":             "APPLIED REVERTED REVERTED",
		"undo do undo":           "CANCELLED CANCELLED CANCELLED",
		"fence do probe":         "CANCELLED CANCELLED CANCELLED",
		"probe do probe fence":   "NONE APPLIED APPLIED APPLIED",
		"do fence undo undo":     "APPLIED APPLIED REVERTED REVERTED",
		"refused refused undo":   "REFUSED REFUSED REFUSED",
		"rejected rejected do":   "REFUSED REFUSED APPLIED", // nothing was recorded: the key is free
		"probe probe undo probe": "NONE NONE CANCELLED CANCELLED",
	} {
		s, r := responding()
		var got []string
		for _, call := range strings.Fields(calls) {
			name, body := call, ""
			switch call {
			case "do":
				body = two
			case "refused":
				name, body = "do", `{"quantity":2,"then":"refuse"}`
			case "rejected":
				name, body = "do", `{"quantity":2,"then":"reject"}`
			}
			m := asking(name, "o-1/take", body)
			if err := r.Take(t.Context(), m); err != nil {
				t.Fatalf("%s: %s: %v", calls, call, err)
			}
			a := s.wantReply(t, m)
			got = append(got, string(a.Entry.State))
			if a.Call != name || a.For != m.Source || a.Entry.Key != "o-1/take" || len(a.Entry.Request) > 0 {
				t.Errorf("%s: the answer to %s is %+v", calls, call, a)
			}
		}
		if have := strings.Join(got, " "); have != states {
			t.Errorf("%s is answered %s, want %s", calls, have, states)
		}
		stands := 0
		if got[len(got)-1] == want {
			stands = 2
		}
		if taken, done := s.effect("o-1/take"); taken != stands || done > 1 {
			t.Errorf("%s: %d stand, done %d times; want %d, once", calls, taken, done, stands)
		}
	}
}

// wantReply wants one reply in the outbox, and takes it out.
func (s *service) wantReply(t *testing.T, to message.Message) answered {
	t.Helper()
	if len(s.outbox) != 1 {
		t.Fatalf("after %s, %d messages are in the outbox, want one reply", to.ID, len(s.outbox))
	}
	m := s.outbox[0]
	s.outbox = nil
	if m.Type != "stock/take.reply" || m.Source != "/shop/catalog" || m.Key != to.Key || m.Correlation != to.Correlation || m.Causation != to.ID || m.Trace != to.Trace || m.Check() != nil {
		t.Errorf("the reply to %+v is %+v", to, m)
	}
	var a answered
	if err := json.Unmarshal(m.Data, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// What is no call, or can be no answer, is poison and does nothing; what may be better next time is not.
// Neither leaves a reply behind.
func TestWhatCannotBeAnswered(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		m      message.Message
		poison bool
		says   string
	}{
		"another operation":   {with(asking("do", "k", two), func(m *message.Message) { m.Type = "stock/give.do" }), true, "stock/take.do"},
		"another call":        {asking("redo", "k", two), true, "stock/take.do"},
		"no call":             {with(asking("do", "k", two), func(m *message.Message) { m.Type = "do" }), true, "nobody here"},
		"no data":             {with(asking("do", "k", two), func(m *message.Message) { m.Data = nil }), true, "no call"},
		"data of another":     {with(asking("do", "k", two), func(m *message.Message) { m.Data = raw(`[1]`) }), true, "no call"},
		"no key":              {asking("do", "", two), true, "no key"},
		"a key that is taken": {asking("do", "taken", three), true, "another body"},
		"a probe of no key":   {asking("probe", "a b", ""), true, "visible ASCII"},
		"work that fails":     {asking("do", "k", `{"quantity":2,"then":"fail"}`), false, "fire"},
	} {
		s, r := responding()
		must(t)(s.operation("stock/take").Do(t.Context(), "taken", raw(two)))
		err := r.Take(t.Context(), c.m)
		if err == nil || errors.Is(err, message.ErrPoison) != c.poison || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: the error is %v", name, err)
		}
		if taken, _ := s.effect("k"); taken != 0 || len(s.outbox) != 0 {
			t.Errorf("%s: %d taken, %d replies; want nothing", name, taken, len(s.outbox))
		}
	}
}

func with(m message.Message, change func(*message.Message)) message.Message {
	change(&m)
	return m
}

// A do that is known to be unacceptable is an answer: the saga must not wait for it.
func TestARequestThatIsNoneIsRefused(t *testing.T) {
	t.Parallel()
	for key, request := range map[string]string{"o-1/take": "", "o-1/with space": two} {
		s, r := responding()
		m := asking("do", key, request)
		if err := r.Take(t.Context(), m); err != nil {
			t.Fatal(err)
		}
		if a := s.wantReply(t, m); a.Entry.State != participant.Refused || a.Entry.Refusal.Code != "invalid-request" || a.Entry.Key != key {
			t.Errorf("the answer is %+v", a)
		}
	}
}

func TestAResponderOffersWhatItCan(t *testing.T) {
	t.Parallel()
	woken := 0
	s, r := newService(), participant.NewResponder("/shop/catalog", func() { woken++ })
	op := s.operation("stock/take")
	op.Undo = nil
	telling := op.Telling
	op.Telling = func(tell participant.Tell) participant.Operation {
		told := telling(tell)
		told.Undo = nil
		return told
	}
	r.Handle("stock/take", op)
	if want := []string{"stock/take.do", "stock/take.fence", "stock/take.probe"}; !slices.Equal(r.Types(), want) {
		t.Errorf("the types are %q, want %q", r.Types(), want)
	}
	if err := r.Take(t.Context(), asking("undo", "k", "")); !errors.Is(err, message.ErrPoison) || woken != 0 {
		t.Errorf("an undo of what cannot be undone: %v, the relay was woken %d times", err, woken)
	}
	if err := r.Take(t.Context(), asking("do", "k", two)); err != nil || woken != 1 {
		t.Errorf("%v, the relay was woken %d times, want once", err, woken)
	}
	silent := s.operation("b")
	silent.Telling = nil
	for name, bad := range map[string]participant.Operation{"stock/take": op, "a b": op, "b": silent, "c": {}} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was accepted", name)
				}
			}()
			r.Handle(name, bad)
		}()
	}
}

// A message in a broker may be anything.
func FuzzTake(f *testing.F) {
	f.Add("stock/take.do", "o-1", `{"key":"o-1/take","request":{"quantity":2}}`)
	f.Add("stock/take.undo", "o-1", `{"key":"o-1/take"}`)
	f.Add("stock/take.reply", "o-1", `{"for":"/shop/order","call":"do","entry":{"key":"o-1/take","state":"APPLIED"}}`)
	f.Fuzz(func(t *testing.T, typ, key, data string) {
		m := message.Message{ID: "1", Source: "/x", Type: typ, Key: key, Data: raw(data)}
		if m.Check() != nil {
			return
		}
		s, r := responding()
		if err := r.Take(t.Context(), m); (err == nil) != (len(s.outbox) == 1) {
			t.Errorf("%d replies, and the error is %v", len(s.outbox), err)
		}
		took := 0
		replies := participant.NewReplies(deliverer(func(context.Context, int) error { took++; return nil }), "/shop/order")
		if err := replies.Take(t.Context(), m); err != nil && (took > 0 || !errors.Is(err, message.ErrPoison)) {
			t.Errorf("delivered %d, and the error is %v", took, err)
		}
	})
}
