package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"runtime"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// A caller's ctx holds, whatever the observer does.
func TestAnObserverThatBlocksHoldsNoCaller(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p, block := newParty(), make(chan struct{})
		d := def(p.step("a"))
		c := quietly()
		c.Observe = func(saga.Event) { <-block }
		e := run(t, store, c, d)
		longest, cutOff := time.Duration(0), 0
		for i := range 10_000 {
			ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
			began := time.Now()
			_, err := d.Start(ctx, e.Engine, fmt.Sprint(i), cart{})
			longest = max(longest, time.Since(began))
			cancel()
			if errors.Is(err, saga.Unknown) {
				cutOff++
			}
			if cutOff > 10 {
				break
			}
		}
		if longest > 150*time.Millisecond || cutOff == 0 {
			t.Errorf("the longest start took %v, and %d were cut off; want some, at their 100ms", longest, cutOff)
		}
		if _, err := e.Get(t.Context(), "0"); err != nil {
			t.Errorf("nothing can be read: %v", err)
		}
		close(block)
	})
}

// What t.Fatal does in an observer ends its goroutine. The others go on being told.
func TestAnObserverThatEndsItsGoroutine(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p, told := newParty(), atomic.Int64{}
		d := def(p.step("a"))
		c := quietly()
		c.Observe = func(saga.Event) {
			if told.Add(1)%2 == 0 {
				runtime.Goexit()
			}
		}
		e := run(t, store, c, d)
		for i := range 50 {
			start(t, e, d, fmt.Sprint(i), cart{})
			ends(t, e, d, fmt.Sprint(i))
		}
		after(t, time.Second)
		if n := told.Load(); n != 100 {
			t.Errorf("%d transitions were told, want 100", n)
		}
	})
}

// touchy is a state whose reading is users' code that panics.
type touchy struct{ Ref ref }

type ref string

func (r *ref) UnmarshalJSON(raw []byte) error {
	var text string
	if err := json.Unmarshal(raw, &text); err != nil {
		return err
	}
	*r = ref(text[:2])
	return nil
}

func (r ref) MarshalJSON() ([]byte, error) { return json.Marshal(string(r)) }

func TestWhatIsSetMayNotPanic(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		d := saga.Definition[touchy]{Name: "touchy", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[touchy]{{
			Name: "a", Kind: saga.Pivot, Retry: saga.RetryPolicy{MaxAttempts: 1},
			Action: func(context.Context, *touchy, saga.Attempt) error { return errors.New("lost") },
			Fence:  func(context.Context, *touchy, saga.Attempt) error { return errors.New("lost") },
		}}}
		e := run(t, store, nil, d)
		if _, err := d.Start(t.Context(), e.Engine, "i", touchy{"long"}); err != nil {
			t.Fatal(err)
		}
		after(t, time.Minute)
		do := onInstance(saga.Resolve)
		do.Outcome, do.Set = saga.Succeeded, map[string]json.RawMessage{"Ref": json.RawMessage(`"x"`)}
		results, err := e.Apply(t.Context(), preview(t, e.Engine, do))
		if err != nil || len(results) != 1 || !errors.Is(results[0].Err, saga.ErrInvalid) {
			t.Errorf("got %+v, %v; want a refusal", results, err)
		}
	})
}

// A function that outlives its timeout and the call after it share nothing; the race detector says so.
func TestACallThatOutlivesItsTimeoutSharesNothing(t *testing.T) {
	p, release := newParty(), make(chan struct{})
	d := def(p.step("a"))
	calls := atomic.Int64{}
	d.Steps[0].Timeout, d.Steps[0].Replayable = 20*time.Millisecond, true
	d.Steps[0].Action = func(_ context.Context, c *cart, _ saga.Attempt) error {
		c.Items = append(c.Items, "x")
		if calls.Add(1) == 1 {
			<-release
		}
		c.Items[0] = "y"
		return nil
	}
	e := run(t, memory.Open(), nil, d)
	start(t, e, d, "i", cart{Items: []string{"a"}})
	in := ends(t, e, d, "i")
	close(release)
	wantStatus(t, in, saga.Completed, "")
}
