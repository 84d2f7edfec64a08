package saga_test

import (
	"context"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A definition that changed under its version would strand what runs, so Run says no and leaves
// everything as it is.
func TestAnotherShapeUnderTheSameVersion(t *testing.T) {
	p := newParty()
	first := def(p.step("a"), p.step("b"))
	changed := map[string]saga.Definition[cart]{
		"another step":  def(p.step("a"), p.step("b"), p.step("c")),
		"another order": def(p.step("b"), p.step("a")),
		"another kind":  def(p.step("a"), final(saga.Pivot, p.step("b"))),
		"a probe more":  def(p.step("a"), p.asked("b")),
		"replayable":    def(p.step("a"), replayable(p.step("b"))),
	}
	path := filepath.Join(t.TempDir(), "sagas.db")
	store := opened(t, path)
	e := run(t, store, hasty(), first)
	start(t, e, first, "i", cart{})
	ends(t, e, first, "i")
	if err := e.stop(); err != nil {
		t.Fatal(err)
	}
	for name, d := range changed {
		t.Run(name, func(t *testing.T) {
			e := runs(t, store, hasty(), d)
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			_, err := d.Start(ctx, e.Engine, "j", cart{})
			wantIs(t, err, saga.ErrClosed)
			err = e.stop()
			wantIs(t, err, saga.ErrInvalid)
			wantSaid(t, err, `"order" version 1`, "a new version")
		})
	}
	second := changed["another step"]
	second.Version = 2
	e = run(t, store, hasty(), first, second)
	in := start(t, e, second, "i", cart{})
	if in.Version != 1 || in.Status != saga.Completed {
		t.Errorf("a repeat by the next version finds version %d, %s", in.Version, in.Status)
	}
	start(t, e, second, "j", cart{})
	if in := ends(t, e, second, "j"); in.Version != 2 || len(in.Steps) != 3 {
		t.Errorf("a new instance of the next version: %+v", in)
	}
}

// What nobody here knows is left alone, in sight, and goes on where it is known.
func TestUnknownDefinition(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	p := newParty()
	reached := make(chan saga.Key, 10)
	d, other := def(p.step("a"), stuck(p.asked("b"), always, reached)), def(p.step("x"))
	other.Name = "other"
	store := opened(t, path)
	e := run(t, store, hasty(), d)
	start(t, e, d, "i", cart{Total: 3})
	<-reached
	if err := e.stop(); err != nil {
		t.Fatal(err)
	}
	stranger := run(t, store, hasty(), other)
	in := ends(t, stranger, other, "i")
	wantStatus(t, in, saga.NeedsAttention, saga.UnknownDefinition)
	if in.Definition != "order" || in.Step != "b" || len(in.Steps) != 2 {
		t.Errorf("it stands as %+v", in)
	}
	_, err := other.Start(t.Context(), stranger.Engine, "i", cart{Total: 3})
	wantIs(t, err, saga.ErrConflict)
	if err := stranger.stop(); err != nil {
		t.Fatal(err)
	}
	p.wantCalls(t, "action a, action b")

	d = def(p.step("a"), p.asked("b"))
	home := run(t, store, hasty(), d)
	wantStatus(t, ends(t, home, d, "i"), saga.NeedsAttention, saga.UnknownDefinition)
	start(t, home, d, "i", cart{Total: 3})
	wantStatus(t, ends(t, home, d, "i"), saga.Completed, "")
	p.wantCalls(t, "action a, action b, probe b")
	p.wantEffects(t, "a, b")
}

// Patience is not shape: deadlines, timeouts and policies may be tuned under the same version.
func TestTuningNeedsNoNewVersion(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty().says(saga.CallAction, "a", many(notYet, 30)...)
		d := def(p.step("a"))
		d.Steps[0].Retry.MaxAttempts = 1000
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, 10*time.Second)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		d = def(p.step("a"))
		d.Deadline, d.LeaveInDoubt = time.Hour, true
		d.Steps[0].Timeout, d.Steps[0].Retry = time.Minute, saga.RetryPolicy{MaxAttempts: 1000, Initial: time.Millisecond, Factor: 1}
		e = run(t, store, nil, d)
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Completed, "")
		if took := in.Updated.Sub(in.Started); took > 25*time.Second { // one pause of the old policy may be under way
			t.Errorf("it took %v: the new policy does not count", took)
		}
	})
}

// Where its definition comes back, a parked instance goes on without being asked to.
func TestParkedInstanceGoesOnByItself(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		reached := make(chan saga.Key, 10)
		d, other := def(p.step("a"), stuck(p.asked("b"), always, reached)), def(p.step("x"))
		other.Name = "other"
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		<-reached
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		e = run(t, store, nil, other)
		wantStatus(t, settles(t, e, "i"), saga.NeedsAttention, saga.UnknownDefinition)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		d = def(p.step("a"), p.asked("b"))
		e = run(t, store, nil, d)
		wantStatus(t, settles(t, e, "i"), saga.Completed, "")
		p.wantCalls(t, "action a, action b, probe b")
	})
}

// A start by the next version of a program does not make an engine call what it does not have.
func TestResumeByAVersionThatCannotRunIt(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		reached := make(chan saga.Key, 10)
		d := def(stuck(p.step("a"), always, reached))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		<-reached
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		next := def(p.step("a"))
		next.Version = 2
		// The instance is being parked, and that is not durable yet.
		slow, parking, release := held(store, func(op string, _ any) bool { return op == "append" })
		later := run(t, slow, nil, next)
		<-parking
		answer := make(chan saga.Instance, 1)
		go func() {
			in, err := next.Start(t.Context(), later.Engine, "i", cart{})
			if err != nil {
				t.Errorf("start: %v", err)
			}
			answer <- in
		}()
		after(t, time.Second)
		close(release)
		<-answer
		after(t, time.Minute)
		in, err := later.Get(t.Context(), "i")
		if err != nil {
			t.Fatal(err)
		}
		wantStatus(t, in, saga.NeedsAttention, saga.UnknownDefinition)
		p.wantCalls(t, "action a")
	})
}
