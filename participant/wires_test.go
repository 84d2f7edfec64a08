package participant_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	store "github.com/seosa-dev/saga/conformance/memory"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// fate is what becomes of a message on its way.
type fate int

const (
	arrives fate = iota
	lost         // and nobody knows
	twice
	held    // until release
	nobody  // refused: it reached nobody
	unknown // it arrives, and its sender does not learn of it
)

// wires are an engine, a service and the messages between them.
type wires struct {
	*service
	t         *testing.T
	engine    *saga.Engine
	responder *participant.Responder
	replies   *participant.Replies
	way       func(m message.Message) fate // nil: all arrive; called for calls and for replies

	mu    sync.Mutex
	asked []message.Message // in the order in which they were published
	kept  []message.Message // held
	odd   []error           // what the handlers said, if it was not nil
}

// basket is the state of the saga: what is taken, and what the service said.
type basket struct {
	Quantity int
	Then     string
	Taken    int
	Why      string
}

func (b *basket) read(e participant.Entry) error {
	if e.Refusal != nil {
		b.Why = e.Refusal.Code
		return nil
	}
	var reply map[string]int
	err := json.Unmarshal(e.Reply, &reply)
	b.Taken = reply["taken"]
	return err
}

func (w *wires) requester() participant.Requester {
	return participant.Requester{Publisher: w, Source: "/shop/order", Name: "stock/take"}
}

// step asks the service by message.
func (w *wires) step() saga.Step[basket] {
	return participant.Step("take", "", w.requester(), func(b basket) any { return order{b.Quantity, b.Then} }, (*basket).read)
}

// wired runs a test with an engine for a plan in a bubble.
func wired(t *testing.T, way func(message.Message) fate, plan func(w *wires, d *saga.Definition[basket]), test func(w *wires, d saga.Definition[basket])) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wires{service: newService(), t: t, way: way}
		w.responder = participant.NewResponder("/shop/catalog", nil)
		w.responder.Handle("stock/take", w.operation("stock/take"))
		d := saga.Definition[basket]{Name: "order", Version: 1}
		plan(w, &d)
		var err error
		if w.engine, err = saga.New(store.Open(), &saga.Config{Logger: slog.New(slog.DiscardHandler)}, d); err != nil {
			t.Fatal(err)
		}
		w.replies = participant.NewReplies(w.engine, "/shop/order")
		ctx, cancel := context.WithCancel(context.Background())
		ended := make(chan error, 1)
		go func() { ended <- w.engine.Run(ctx) }()
		defer func() {
			cancel()
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}()
		test(w, d)
	})
}

// Publish implements [message.Publisher]; what arrives is handled later.
func (w *wires) Publish(_ context.Context, m message.Message) error {
	w.mu.Lock()
	w.asked = append(w.asked, m)
	w.mu.Unlock()
	switch w.carry(m) {
	case nobody:
		return message.ErrUnavailable
	case unknown:
		return errBroken
	}
	return nil
}

// carry lets a message have its fate.
func (w *wires) carry(m message.Message) fate {
	f := arrives
	if w.way != nil {
		w.mu.Lock()
		f = w.way(m)
		w.mu.Unlock()
	}
	switch f {
	case held:
		w.mu.Lock()
		w.kept = append(w.kept, m)
		w.mu.Unlock()
	case twice:
		go func() { w.arrive(m); w.arrive(m) }()
	case arrives, unknown:
		go w.arrive(m)
	}
	return f
}

func (w *wires) arrive(m message.Message) {
	take := w.responder.Take
	if strings.HasSuffix(m.Type, ".reply") {
		take = w.replies.Take
	}
	err := take(context.Background(), m)
	w.service.mu.Lock()
	sent := w.outbox
	w.outbox = nil
	w.service.mu.Unlock()
	w.mu.Lock()
	if err != nil {
		w.odd = append(w.odd, err)
	}
	w.mu.Unlock()
	for _, m := range sent {
		w.carry(m)
	}
}

// release lets go of what was held.
func (w *wires) release() {
	w.mu.Lock()
	kept := w.kept
	w.kept = nil
	w.mu.Unlock()
	for _, m := range kept {
		w.arrive(m)
	}
	synctest.Wait()
}

// wantAsked wants the engine to have asked these calls.
func (w *wires) wantAsked(calls ...string) {
	w.t.Helper()
	w.mu.Lock()
	defer w.mu.Unlock()
	var got []string
	for _, m := range w.asked {
		got = append(got, m.Type[strings.LastIndexByte(m.Type, '.')+1:])
	}
	if !slices.Equal(got, calls) {
		w.t.Errorf("asked were %q, want %q", got, calls)
	}
	if len(w.odd) > 0 {
		w.t.Errorf("handlers said %q", w.odd)
	}
}

// ends starts an instance and returns how it ends.
func (w *wires) ends(d saga.Definition[basket], b basket, want saga.Status) basket {
	w.t.Helper()
	w.start(d, b)
	return w.ended(d, want)
}

func (w *wires) start(d saga.Definition[basket], b basket) {
	w.t.Helper()
	if _, err := d.Start(w.t.Context(), w.engine, "o-1", b); err != nil {
		w.t.Fatal(err)
	}
}

func (w *wires) ended(d saga.Definition[basket], want saga.Status) basket {
	w.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Hour)
	defer cancel()
	b, _ := d.Wait(ctx, w.engine, "o-1")
	in, err := w.engine.Get(ctx, "o-1")
	if err != nil || in.Status != want {
		w.t.Fatalf("it is %s %s (%s), error %v; want %s", in.Status, in.Reason, in.Detail, err, want)
	}
	return b
}

// wantEffect wants an effect to stand or not, and to have been made once at most.
func (w *wires) wantEffect(key string, stands int) {
	w.t.Helper()
	if taken, done := w.effect(key); taken != stands || done > 1 {
		w.t.Errorf("under %s stands %d, done %d times; want %d, once", key, taken, done, stands)
	}
}

// call is the end of a message's type.
func call(m message.Message) string { return m.Type[strings.LastIndexByte(m.Type, '.')+1:] }
