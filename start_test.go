package saga_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Another definition under the name and version of a registered one is refused, not misread.
func TestStartOfAnotherStatesDefinition(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		e := run(t, store, quietly(), def(p.step("a")))
		other := saga.Definition[struct{ Total string }]{Name: def().Name, Version: def().Version}
		if _, err := other.Start(t.Context(), e, "i", struct{ Total string }{"x"}); !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("got %v, want ErrInvalid", err)
		}
	})
}

func TestStartAttachesToARunningInstance(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		goOn := make(chan struct{})
		slow := p.step("a")
		slow.Action = func(_ context.Context, _ *cart, a saga.Attempt) error {
			<-goOn
			return p.answer(saga.CallAction, a)
		}
		d := def(slow)
		e := run(t, store, nil, d)
		first := start(t, e, d, "i", cart{Customer: "kim", Total: 3})
		again := start(t, e, d, "i", cart{Customer: "kim", Total: 3})
		for _, in := range []saga.Instance{first, again} {
			wantStatus(t, in, saga.Running, "")
		}
		if again.Started != first.Started || again.Step != "a" || again.Call != saga.CallAction {
			t.Errorf("attached to %+v, want %+v", again, first)
		}
		close(goOn)
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		p.wantEffects(t, "a")
	})
}

func TestStartAttachesToAnEndedInstance(t *testing.T) {
	for name, c := range map[string]struct {
		answer  string
		ends    saga.Status
		effects string
	}{
		"completed":   {works, saga.Completed, "a, b"},
		"compensated": {refuses, saga.Compensated, "a, undo a"},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				p := newParty().says(saga.CallAction, "b", c.answer)
				d := def(p.step("a"), p.step("b"))
				e := run(t, store, nil, d)
				start(t, e, d, "i", cart{Total: 3})
				first := ends(t, e, d, "i")
				wantStatus(t, first, c.ends, "")
				for range 2 { // before and after its row is written
					again := start(t, e, d, "i", cart{Total: 3})
					if again.Status != c.ends || again.Seq != first.Seq || string(again.State) != string(first.State) {
						t.Errorf("attached to %+v, want %+v", again, first)
					}
					after(t, time.Second)
				}
				p.wantEffects(t, c.effects)
			})
		})
	}
}

func TestStartWithAnotherInputIsAConflict(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d, other := def(p.step("a")), def(p.step("a"))
		other.Name = "trip"
		e := run(t, store, nil, d, other)
		start(t, e, d, "i", cart{Total: 3})
		for range 3 { // while it runs, before its row is written, and after
			_, err := d.Start(t.Context(), e.Engine, "i", cart{Total: 4})
			wantIs(t, err, saga.ErrConflict)
			wantSaid(t, err, "start of i", "another id")
			_, err = other.Start(t.Context(), e.Engine, "i", cart{Total: 3})
			wantIs(t, err, saga.ErrConflict)
			ends(t, e, d, "i")
			after(t, time.Second)
		}
		p.wantEffects(t, "a")
	})
}

// The input is what counts, not how a version of a program happens to hold it.
func TestStartComparesInputsByTheirMeaning(t *testing.T) {
	type older struct {
		Customer string          `json:"customer"`
		Raw      json.RawMessage `json:"raw"`
		Lines    []struct{ ID string }
	}
	type newer struct {
		Lines []struct {
			ID   string
			Gift bool
		}
		Raw      json.RawMessage   `json:"raw"`
		Coupon   string            `json:"coupon"`
		Tags     map[string]string `json:"tags"`
		Discount *int              `json:"discount"`
		Weight   float64           `json:"weight"`
		Customer string            `json:"customer"`
	}
	synctest.Test(t, func(t *testing.T) {
		store := memory.Open()
		v1 := saga.Definition[older]{Name: "order", Version: 1, Steps: []saga.Step[older]{{Name: "a", Kind: saga.Retriable,
			Action: func(context.Context, *older, saga.Attempt) error { return nil }}}}
		v2 := saga.Definition[newer]{Name: "order", Version: 2, Steps: []saga.Step[newer]{{Name: "a", Kind: saga.Retriable,
			Action: func(context.Context, *newer, saga.Attempt) error { return nil }}}}
		e := run(t, store, nil, v1, v2)
		_, err := v1.Start(t.Context(), e.Engine, "i", older{Customer: "kim", Raw: json.RawMessage(`{"a":1,"b":2}`), Lines: []struct{ ID string }{{"x"}}})
		if err != nil {
			t.Fatal(err)
		}
		after(t, time.Second)
		same := newer{Customer: "kim", Raw: json.RawMessage(` {"b":2, "a":1}`), Tags: map[string]string{}}
		same.Lines = append(same.Lines, struct {
			ID   string
			Gift bool
		}{"x", false})
		in, err := v2.Start(t.Context(), e.Engine, "i", same)
		if err != nil || in.Version != 1 {
			t.Errorf("a repeat by the next version: version %d, error %v", in.Version, err)
		}
		same.Coupon = "HALF"
		_, err = v2.Start(t.Context(), e.Engine, "i", same)
		wantIs(t, err, saga.ErrConflict)
	})
}

// A zero time is a zero value like the others, whatever it looks like in JSON.
func TestStartIgnoresANewFieldOfTypeTime(t *testing.T) {
	type older struct{ Customer string }
	type newer struct {
		Customer string
		Ship     time.Time
	}
	synctest.Test(t, func(t *testing.T) {
		v1 := saga.Definition[older]{Name: "order", Version: 1, Steps: []saga.Step[older]{{Name: "a", Kind: saga.Retriable,
			Action: func(context.Context, *older, saga.Attempt) error { return nil }}}}
		v2 := saga.Definition[newer]{Name: "order", Version: 2, Steps: []saga.Step[newer]{{Name: "a", Kind: saga.Retriable,
			Action: func(context.Context, *newer, saga.Attempt) error { return nil }}}}
		e := run(t, memory.Open(), nil, v1, v2)
		if _, err := v1.Start(t.Context(), e.Engine, "i", older{Customer: "kim"}); err != nil {
			t.Fatal(err)
		}
		if _, err := v2.Start(t.Context(), e.Engine, "i", newer{Customer: "kim"}); err != nil {
			t.Errorf("the repeat after a deploy that added a time: %v", err)
		}
	})
}

func TestStartRefusesInputThatCanNeverBeRight(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d, second, stranger := def(p.step("a")), def(p.step("a")), def(p.step("a"))
		second.Version, stranger.Name = 2, "stranger"
		e := run(t, store, nil, d)
		for _, id := range []string{"", "a\nb", "a\x00", "\x7f", "\xff", strings.Repeat("x", 201)} {
			_, err := d.Start(t.Context(), e.Engine, id, cart{})
			wantIs(t, err, saga.ErrInvalid)
			wantSaid(t, err, "1 to 200 bytes")
		}
		for _, d := range []saga.Definition[cart]{second, stranger} {
			_, err := d.Start(t.Context(), e.Engine, "i", cart{})
			wantIs(t, err, saga.ErrInvalid)
			wantSaid(t, err, d.Name, "not registered")
			_, err = d.Wait(t.Context(), e.Engine, "i")
			wantIs(t, err, saga.ErrInvalid)
		}
		_, err := d.Start(t.Context(), e.Engine, "i", cart{Items: []string{strings.Repeat("x", 64<<10)}})
		wantIs(t, err, saga.ErrTooLarge)
		wantSaid(t, err, "the limit is 65536", "references")
		_, err = e.Get(t.Context(), "i")
		wantIs(t, err, saga.ErrNotFound)
		_, err = e.History(t.Context(), "i")
		wantIs(t, err, saga.ErrNotFound)
		_, err = d.Wait(t.Context(), e.Engine, "i")
		wantIs(t, err, saga.ErrNotFound)
		longest := strings.Repeat("ÿ", 100)
		start(t, e, d, longest, cart{Items: []string{strings.Repeat("x", 63<<10)}})
		ends(t, e, d, longest)
		p.wantCalls(t, "action a")
	})
}

func TestConcurrentStartsAreOneInstance(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"), p.step("b"))
		c := quietly()
		c.Lease = time.Minute // both live, whatever the clock does
		engines := []started{run(t, store, c, d), run(t, store, c, d)}
		var all sync.WaitGroup
		for n := range 64 {
			all.Go(func() {
				e := engines[n%2]
				if in, err := d.Start(t.Context(), e.Engine, "i", cart{Total: 3}); err != nil || in.ID != "i" {
					t.Errorf("start %d: %+v, error %v", n, in, err)
				}
				if _, err := d.Wait(t.Context(), e.Engine, "i"); err != nil {
					t.Errorf("wait %d: %v", n, err)
				}
			})
		}
		all.Wait()
		p.wantCalls(t, "action a, action b")
		after(t, time.Second)
		if all, err := engines[0].Find(t.Context(), saga.Filter{}); err != nil || len(all) != 1 {
			t.Errorf("%d instances, error %v", len(all), err)
		}
	})
}
