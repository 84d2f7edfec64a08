package saga_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A start whose answer did not come in time says that nobody knows, and repeating it is all there
// is to do.
func TestStartThatIsCutOffIsUnknownAndSafeToRepeat(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		slow, reached, release := held(store, starts)
		e := run(t, slow, nil, d)
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		_, err := d.Start(ctx, e.Engine, "i", cart{Total: 3})
		wantIs(t, err, saga.Unknown)
		wantIs(t, err, context.DeadlineExceeded)
		wantSaid(t, err, "start of i", "same id and input")
		if errors.Is(err, saga.NotDone) || saga.OutcomeOf(err) != saga.Unknown {
			t.Errorf("it claims to know: %v", err)
		}
		if <-reached; len(reached) > 0 {
			t.Error("it was appended a second time")
		}
		close(release)
		start(t, e, d, "i", cart{Total: 3})
		_, err = d.Start(t.Context(), e.Engine, "i", cart{Total: 4})
		wantIs(t, err, saga.ErrConflict)
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		p.wantCalls(t, "action a")
	})
}

// Two callers of one id that wait for the same append both hear how it went.
func TestStartWaitsForTheAppendOfAnother(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		d := def(newParty().step("a"))
		slow, reached, release := held(store, starts)
		e := run(t, slow, nil, d)
		answers := map[int]chan error{3: make(chan error, 1), 4: make(chan error, 1)}
		for _, total := range []int{3, 4} {
			go func() {
				_, err := d.Start(t.Context(), e.Engine, "i", cart{Total: total})
				answers[total] <- err
			}()
			synctest.Wait()
		}
		<-reached
		close(release)
		if err := <-answers[3]; err != nil {
			t.Errorf("the first: %v", err)
		}
		wantIs(t, <-answers[4], saga.ErrConflict)
	})
}

func TestStartBeforeRunWaits(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		engine, err := saga.New(store, quietly(), d)
		if err != nil {
			t.Fatal(err)
		}
		early, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		_, err = d.Start(early, engine, "early", cart{})
		wantIs(t, err, saga.NotDone)
		wantIs(t, err, context.DeadlineExceeded)
		answer := make(chan error, 1)
		go func() {
			_, err := d.Start(t.Context(), engine, "i", cart{})
			answer <- err
		}()
		after(t, time.Minute)
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx) }()
		if err := <-answer; err != nil {
			t.Errorf("start: %v", err)
		}
		if _, err := d.Wait(t.Context(), engine, "i"); err != nil {
			t.Errorf("wait: %v", err)
		}
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run returned %v", err)
		}
		p.wantCalls(t, "action a")
	})
}

// Nothing can be started on an engine that has ended, and it says so every time.
func TestStartAfterRunReturned(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		e := run(t, store, nil, d)
		start(t, e, d, "before", cart{})
		ends(t, e, d, "before")
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		for range 64 {
			_, err := d.Start(t.Context(), e.Engine, "i", cart{})
			wantIs(t, err, saga.ErrClosed)
			wantIs(t, err, saga.NotDone)
			if saga.OutcomeOf(err) != saga.NotDone {
				t.Fatalf("nothing was started, and the error is %s: %v", saga.OutcomeOf(err), err)
			}
		}
		if in, err := e.Get(t.Context(), "before"); err != nil || in.Status != saga.Completed {
			t.Errorf("Get after Run: %+v, error %v", in, err)
		}
		if _, err := d.Wait(t.Context(), e.Engine, "before"); err != nil {
			t.Errorf("Wait after Run for what has ended: %v", err)
		}
		wantIs(t, e.Run(t.Context()), saga.ErrInvalid)
		p.wantCalls(t, "action a")
	})
}

// A start that was sent and lost its answer to a takeover is there, so nobody may say it is not.
func TestStartThatWasSealedOffAfterItsAppendIsNotCalledNotDone(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		written, goOn := make(chan struct{}), make(chan struct{})
		var first sync.Once
		lossy := hooked{store, func(ctx context.Context, op string, args any, do func() error) error {
			err := do()
			if starts(op, args) && err == nil {
				first.Do(func() {
					close(written)
					<-goOn
					err = errDisk // it is written, and the answer is lost
				})
			}
			return err
		}}
		e := run(t, lossy, nil, d)
		answer := make(chan error, 1)
		go func() {
			_, err := d.Start(t.Context(), e.Engine, "i", cart{})
			answer <- err
		}()
		<-written
		second := run(t, store.Reopen(), nil, d) // for which the first node is dead
		wantStatus(t, ends(t, second, d, "i"), saga.Completed, "")
		close(goOn)
		err := <-answer
		if errors.Is(err, saga.NotDone) {
			t.Errorf("the instance exists and has ended, and its start says: %v", err)
		}
		p.wantEffects(t, "a")
	})
}
