package saga_test

import (
	"context"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// watcher keeps what an engine was seen to do. It is safe for concurrent use.
type watcher struct {
	mu     sync.Mutex
	events map[string][]saga.Event
}

func (w *watcher) see(ev saga.Event) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.events == nil {
		w.events = map[string][]saga.Event{}
	}
	w.events[ev.Instance] = append(w.events[ev.Instance], ev)
}

func (w *watcher) of(id string) []saga.Event {
	w.mu.Lock()
	defer w.mu.Unlock()
	return append([]saga.Event(nil), w.events[id]...)
}

// sameEvents compares what was observed of an instance with its history.
func sameEvents(t *testing.T, id string, observed, history []saga.Event) {
	t.Helper()
	for i := range max(len(observed), len(history)) {
		switch {
		case i >= len(observed):
			t.Errorf("%s: never observed: %+v", id, history[i])
		case i >= len(history):
			t.Errorf("%s: not in the history: %+v", id, observed[i])
		case observed[i].Seq != i+1:
			t.Errorf("%s: event %d has Seq %d", id, i+1, observed[i].Seq)
		case !reflect.DeepEqual(observed[i], history[i]):
			t.Errorf("%s: observed\n  %+v\nin the history\n  %+v", id, observed[i], history[i])
		}
	}
}

func TestObserveSeesWhatTheHistoryHas(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var w watcher
		c := quietly()
		c.Observe = w.see
		p := newParty()
		d := def(replayable(p.fenced("a")), replayable(p.asked("b")), p.fenced("c"), final(saga.Pivot, p.fenced("d")), final(saga.Retriable, p.asked("e")))
		d.Deadline = time.Hour
		d.Steps[2].Retry = saga.RetryPolicy{Initial: 4 * time.Second} // too long to wait in memory
		// Every instance takes another path, because they share what is answered.
		p.says(saga.CallAction, "a", notYet, works, losesReply, works, panics, works, refuses)
		p.says(saga.CallAction, "c", many(losesOrder, 20)...).says(saga.CallProbe, "c", many(losesOrder, 30)...)
		p.says(saga.CallAction, "d", refuses, losesReply, notYet).says(saga.CallCompensation, "b", losesReply, notYet)
		p.says(saga.CallAction, "e", refuses, refuses, losesOrder)
		e := run(t, store, c, d)
		var all sync.WaitGroup
		for n := range 20 {
			all.Go(func() { start(t, e, d, fmt.Sprint("i", n), cart{Total: n}) })
		}
		all.Wait()
		after(t, 3*time.Hour)
		kinds := map[saga.EventKind]bool{}
		for n := range 20 {
			id := fmt.Sprint("i", n)
			events := history(t, e, id)
			sameEvents(t, id, w.of(id), events)
			for _, ev := range events {
				kinds[ev.Kind] = true
			}
			if in, err := e.Get(t.Context(), id); err != nil || !in.Status.Ended() || in.Seq != len(events) || in.Status != events[len(events)-1].Status {
				t.Errorf("%s is %s at %d, its history ends at %d", id, in.Status, in.Seq, len(events))
			}
		}
		for _, k := range []saga.EventKind{saga.EventStarted, saga.EventAnswered, saga.EventReleased} {
			if !kinds[k] {
				t.Errorf("no event %q: the test proves less than it says", k)
			}
		}
	})
}

// The events tell the whole story of a short saga.
func TestEventsOfAShortSaga(t *testing.T) {
	p := newParty().says(saga.CallAction, "b", refuses)
	play(t, def(p.step("a"), p.step("b")), func(t *testing.T, e started, in saga.Instance) {
		events := history(t, e, "i")
		var got []string
		for _, ev := range events {
			if ev.Instance != "i" || ev.Definition != "order" || ev.Version != 1 || ev.At.IsZero() {
				t.Errorf("whose event is it? %+v", ev)
			}
			got = append(got, fmt.Sprintf("%s %s %s %s %d -> %s %s", ev.Kind, ev.Call, ev.Step, ev.Outcome, ev.Number, ev.Status, ev.Open))
		}
		want := []string{
			"started    0 -> running a",
			"answered action a succeeded 1 -> running b",
			"answered action b refused 1 -> compensating a",
			"answered compensation a succeeded 1 -> compensated ",
		}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		if events[2].Error != "refused: sold out" || events[1].Error != "" {
			t.Errorf("what was said: %q, %q", events[1].Error, events[2].Error)
		}
	})
}

// What is not durable is not shown, and does not make anything happen.
func TestObserveWaitsUntilItIsDurable(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var w watcher
		c := quietly()
		c.Observe = w.see
		p := newParty()
		d := def(p.step("a"), p.step("b"))
		var holding atomic.Bool
		slow, reached, release := held(store, func(op string, args any) bool { return op == "append" && holding.Load() })
		act := d.Steps[0].Action
		d.Steps[0].Action = func(ctx context.Context, s *cart, a saga.Attempt) error {
			holding.Store(true) // the start is durable, so the next append is this answer's
			return act(ctx, s, a)
		}
		e := run(t, slow, c, d)
		start(t, e, d, "i", cart{})
		<-reached
		synctest.Wait()
		if got := w.of("i"); len(got) != 1 || got[0].Kind != saga.EventStarted {
			t.Errorf("observed before it was durable: %+v", got)
		}
		in, err := e.Get(t.Context(), "i")
		if err != nil || in.Step != "a" || in.Seq != 1 {
			t.Errorf("Get shows what is not durable: %+v, error %v", in, err)
		}
		p.wantCalls(t, "action a")
		close(release)
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		synctest.Wait() // who waits for the end is not told after who observes it
		sameEvents(t, "i", w.of("i"), history(t, e, "i"))
	})
}

// What a takeover does to an instance are transitions like all others.
func TestObserveSeesTakeovers(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var first, second watcher
		c1, c2 := quietly(), quietly()
		c1.Observe, c2.Observe = first.see, second.see
		p := newParty()
		d := def(p.asked("a"), p.step("b"))
		dead, reached, release := held(store, func(op string, args any) bool { return op == "append" && !starts(op, args) })
		e1 := run(t, dead, c1, d)
		start(t, e1, d, "i", cart{})
		<-reached // the answer of a is not durable, and the node hangs
		e2 := run(t, store.Reopen(), c2, d)
		wantStatus(t, ends(t, e2, d, "i"), saga.Completed, "")
		events := history(t, e2, "i")
		close(release)
		if err := e1.stop(); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		sameEvents(t, "i", append(first.of("i"), second.of("i")...), events)
		p.wantEffects(t, "a, b")
	})
}
