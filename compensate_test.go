package saga_test

import (
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A program turns an instance back wherever it stands: just started, waiting, being called, going back.
func TestAProgramTurnsBack(t *testing.T) {
	slow := func(p *party) saga.Step[cart] {
		return (&laps{}).taking(p.fenced("b"), 5*time.Second)
	}
	for _, tc := range []struct {
		name  string
		after time.Duration
		step  func(p *party) saga.Step[cart]
		calls string
	}{
		{"just started", 0, slow, ""},
		{"during a call", 2 * time.Second, slow, "action a, action b, compensation b, compensation a"},
		{"while it waits", time.Minute, func(p *party) saga.Step[cart] { return asks(pending(p.fenced("b")), time.Hour) },
			"action a, action b, fence b, compensation b, compensation a"},
		{"during a timer", time.Minute, func(*party) saga.Step[cart] { return timer("rest", time.Hour) }, "action a, compensation a"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty()
				d := def(p.step("a"), tc.step(p), p.step("c"))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{})
				after(t, tc.after)
				for range 2 { // the second finds it on its way
					wantIs(t, e.Compensate(t.Context(), "i", "the shop", "the customer left"), nil)
				}
				_, err := d.Wait(t.Context(), e.Engine, "i")
				wantSaid(t, err, "the shop turned it back: the customer left")
				if tc.calls != "" {
					p.wantCalls(t, tc.calls)
				}
				wantIs(t, e.Compensate(t.Context(), "i", "the shop", "once more"), nil)
			})
		})
	}
}

// Where nothing can be turned back, that is said, and nothing moves.
func TestCompensateComesTooLate(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		pivot := p.step("b")
		pivot.Kind, pivot.Compensation = saga.Pivot, nil
		last := timer("rest", time.Hour)
		d := def(p.step("a"), pivot, last)
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		err := e.Compensate(t.Context(), "i", "kim", "too late")
		wantIs(t, err, saga.ErrInvalid)
		wantSaid(t, err, "point of no return")
		after(t, 2*time.Hour)
		wantStatus(t, now(t, e, "i"), saga.Completed, "")
		err = e.Compensate(t.Context(), "i", "kim", "too late")
		wantIs(t, err, saga.ErrInvalid)
		wantSaid(t, err, "has completed")
		err = e.Compensate(t.Context(), "nobody", "kim", "why")
		wantIs(t, err, saga.ErrNotFound)
		wantSaid(t, err, "correct the id")
		wantIs(t, e.Compensate(t.Context(), "i", "", "why"), saga.ErrInvalid)
		wantIs(t, e.Compensate(t.Context(), "i", "kim", ""), saga.ErrInvalid)
	})
}

// While no engine runs, it is stored, and made before anything else.
func TestCompensateWaitsForAnEngine(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), timer("rest", time.Hour), p.step("c"))
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		after(t, time.Minute)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		reads, err := saga.New(store, quietly())
		wantIs(t, err, nil)
		wantIs(t, reads.Compensate(t.Context(), "i", "kim", "why"), saga.ErrWaiting)
		again := run(t, store, nil, d)
		wantStatus(t, ends(t, again, d, "i"), saga.Compensated, "")
		p.wantCalls(t, "action a, compensation a")
	})
}
