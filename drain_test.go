package saga_test

import (
	"context"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A node that waits for its last calls still shows that it lives: another must not take it over, and
// what the calls answer counts.
func TestADrainLongerThanTheLeaseIsNotTakenForDeath(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		reached := make(chan struct{}, 1)
		d := def(p.asked("a"), p.step("b"))
		act := d.Steps[0].Action
		d.Steps[0].Timeout = time.Minute
		d.Steps[0].Action = func(ctx context.Context, s *cart, a saga.Attempt) error {
			reached <- struct{}{}
			select {
			case <-time.After(7 * time.Second): // a participant that is slow
				return act(ctx, s, a)
			case <-ctx.Done():
				return ctx.Err()
			}
		}
		c := quietly()
		c.Lease, c.Drain = 2*time.Second, 10*time.Second
		first := run(t, store, c, d)
		start(t, first, d, "i", cart{})
		<-reached
		other := *c
		second := run(t, store, &other, d)
		if err := first.stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
		wantStatus(t, ends(t, second, d, "i"), saga.Completed, "")
		p.wantCalls(t, "action a, action b")
		for _, ev := range history(t, second, "i") {
			if ev.Kind == saga.EventRecovered {
				t.Errorf("it was taken over: %+v", ev)
			}
		}
	})
}
