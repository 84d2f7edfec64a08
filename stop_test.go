package saga_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Run returns nil when its ctx ends, however early that is.
func TestRunThatIsStoppedAtOnce(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		engine, err := saga.New(store, quietly(), def(plain("a")))
		if err != nil {
			t.Fatal(err)
		}
		if err := engine.Run(ctx); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
}

// The calls that are under way when Run is told to stop may still answer.
func TestStopLetsCallsAnswer(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.step("a")
		act := st.Action
		st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
			<-time.After(3 * time.Second)
			if ctx.Err() != nil {
				t.Error("the call was cut off within Config.Drain")
			}
			return act(ctx, c, a)
		}
		d := def(st, p.step("b"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		waited := make(chan error, 1)
		go func() {
			_, err := d.Wait(t.Context(), e.Engine, "i")
			waited <- err
		}()
		synctest.Wait()
		began := time.Now()
		if err := e.stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(began); took < 3*time.Second || took > 4*time.Second {
			t.Errorf("Run took %v to return", took)
		}
		wantIs(t, <-waited, saga.ErrClosed)
		p.wantCalls(t, "action a")
		again := run(t, store.Reopen(), nil, d)
		wantStatus(t, ends(t, again, d, "i"), saga.Completed, "")
		p.wantCalls(t, "action a, action b") // what a said was kept
		nodes, err := store.Instances().Nodes(t.Context())
		if err != nil || len(nodes) != 1 {
			t.Errorf("the first node did not drain: %+v, error %v", nodes, err)
		}
	})
}

// A call that does not end within Config.Drain is cut off, and asked about by the next engine.
func TestStopCutsSlowCallsOff(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		reached := make(chan saga.Key, 1)
		c := quietly()
		c.Drain = 2 * time.Second
		d := def(stuck(p.asked("a"), always, reached))
		e := run(t, store, c, d)
		start(t, e, d, "i", cart{})
		<-reached
		began := time.Now()
		if err := e.stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		if took := time.Since(began); took < 2*time.Second || took > 3*time.Second {
			t.Errorf("Run took %v to return, with a drain of 2 s", took)
		}
		d = def(p.asked("a"))
		again := run(t, store.Reopen(), nil, d)
		wantStatus(t, ends(t, again, d, "i"), saga.Completed, "")
		p.wantCalls(t, "action a, probe a")
	})
}

// A repeated start that is on its way when Run is told to stop must not touch the instance that has
// the id.
func TestRepeatedStartDuringStopLeavesTheInstanceAlone(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), p.step("b"))
		first := run(t, store, nil, d)
		start(t, first, d, "i", cart{Total: 3})
		was := ends(t, first, d, "i")
		wantStatus(t, was, saga.Completed, "")
		events := history(t, first, "i")

		slow, reached, release := held(store, starts)
		second := run(t, slow, nil, d)
		go func() { _, _ = d.Start(t.Context(), second.Engine, "i", cart{Total: 3}) }()
		<-reached
		stopped := make(chan error, 1)
		go func() { stopped <- second.stop() }()
		synctest.Wait()
		close(release)
		if err := <-stopped; err != nil {
			t.Errorf("Run returned %v", err)
		}
		after(t, time.Minute)
		in, err := first.Get(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		if in.Status != was.Status || in.Seq != was.Seq {
			t.Errorf("the instance was %s at %d, and is %s at %d", was.Status, was.Seq, in.Status, in.Seq)
		}
		sameEvents(t, "i", history(t, first, "i"), events)
		p.wantCalls(t, "action a, action b")
	})
}

// The same, if the process dies before it has handed over: the next one must be able to recover it.
func TestRepeatedStartDuringAStopThatDies(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), p.step("b"))
		first := run(t, store, nil, d)
		start(t, first, d, "i", cart{Total: 3})
		ends(t, first, d, "i")
		after(t, time.Second)
		if err := first.stop(); err != nil {
			t.Fatal(err)
		}
		slow, reached, release := held(store, starts)
		dying := hooked{slow, func(_ context.Context, op string, _ any, do func() error) error {
			if op == "checkpoint" || op == "seal" {
				return errDisk
			}
			return do()
		}}
		second := runs(t, dying, nil, d)
		go func() { _, _ = d.Start(t.Context(), second.Engine, "i", cart{Total: 3}) }()
		<-reached
		stopped := make(chan error, 1)
		go func() { stopped <- second.stop() }()
		synctest.Wait()
		close(release)
		<-stopped
		third := run(t, store.Reopen(), nil, d)
		after(t, time.Minute)
		start(t, third, d, "j", cart{})
		wantStatus(t, ends(t, third, d, "j"), saga.Completed, "")
		in, err := third.Get(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, in, saga.Completed, "")
		p.wantCalls(t, "action a, action b, action a, action b")
	})
}

// Many engines come and go over one store, and each instance is called by one at a time.
func TestHandOverBetweenManyEngines(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.asked("a")
		st.Retry = saga.RetryPolicy{MaxAttempts: 1000, Initial: 200 * time.Millisecond, Max: time.Second}
		p.says(saga.CallAction, "a", many(notYet, 300)...)
		d := def(st, p.step("b"))
		e := run(t, store, nil, d)
		for n := range 10 {
			start(t, e, d, fmt.Sprint("i", n), cart{})
		}
		for range 10 {
			after(t, 3*time.Second)
			next := run(t, store, nil, d)
			if err := e.stop(); err != nil {
				t.Fatal(err)
			}
			e = next
		}
		for n := range 10 {
			id := fmt.Sprint("i", n)
			wantStatus(t, ends(t, e, d, id), saga.Completed, "")
			for i, ev := range history(t, e, id) {
				if ev.Seq != i+1 {
					t.Fatalf("%s: event %d has Seq %d", id, i+1, ev.Seq)
				}
			}
		}
		for key, n := range p.applied {
			if n != 1 {
				t.Errorf("%s has %d effects", key, n)
			}
		}
	})
}
