package saga_test

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// writes is a step that leaves its mark in every part of the state and then answers as it is told.
func writes(name string, seen *[]string, answers ...error) saga.Step[cart] {
	act := func(_ context.Context, c *cart, a saga.Attempt) error {
		*seen = append(*seen, fmt.Sprintf("%s sees %d %v %v", a.Key.Step, c.Total, c.Items, c.Refs[a.Key.Step]))
		c.Total++
		c.Items[0] = "changed by " + name
		c.Items = append(c.Items, fmt.Sprint(name, a.Number))
		if c.Refs == nil {
			c.Refs = map[string]string{}
		}
		c.Refs[name] = fmt.Sprint("ref ", a.Number)
		if a.Number <= len(answers) {
			return answers[a.Number-1]
		}
		return nil
	}
	return saga.Step[cart]{Name: name, Action: act, Compensation: act}
}

// What a call changed counts only with an answer: nothing of a failed attempt is seen by the next.
func TestChangesOfAFailedAttemptAreDropped(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var seen []string
		st := writes("a", &seen, saga.NotDone, errReset)
		d := def(final(saga.Pivot, st))
		e := run(t, store, nil, d)
		mine := cart{Items: []string{"first"}, Refs: map[string]string{"x": "y"}}
		start(t, e, d, "i", mine)
		got, err := d.Wait(t.Context(), e.Engine, "i")
		want := cart{Total: 1, Items: []string{"changed by a", "a3"}, Refs: map[string]string{"x": "y", "a": "ref 3"}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ends as %+v, error %v; want %+v", got, err, want)
		}
		for i, s := range seen {
			if s != "a sees 0 [first] " {
				t.Errorf("attempt %d: %s", i+1, s)
			}
		}
		if !reflect.DeepEqual(mine, cart{Items: []string{"first"}, Refs: map[string]string{"x": "y"}}) {
			t.Errorf("the caller's state was changed: %+v", mine)
		}
	})
}

// A refusal is an answer too: what it brought is kept for the undo.
func TestChangesOfARefusalAreKept(t *testing.T) {
	var seen []string
	a := writes("a", &seen)
	b := writes("b", &seen, fmt.Errorf("%w: sold out", saga.Refused))
	bubble(t, func(t *testing.T, store *memory.Store) {
		d := def(a, b)
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Items: []string{"first"}})
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Compensated, "")
		var got cart
		if err := json.Unmarshal(in.State, &got); err != nil {
			t.Fatal(err)
		}
		want := cart{Total: 3, Items: []string{"changed by a", "a1", "b1", "a1"}, Refs: map[string]string{"a": "ref 1", "b": "ref 1"}}
		if !reflect.DeepEqual(got, want) {
			t.Errorf("ends as %+v, want %+v", got, want)
		}
		if got := strings.Join(seen, "; "); got != "a sees 0 [first] ; b sees 1 [changed by a a1] ; a sees 2 [changed by b a1 b1] ref 1" {
			t.Errorf("seen: %s", got)
		}
	})
}

// A function that its timeout left behind has a state of its own to spoil.
func TestStateIsNotSharedWithACallThatWasLeftBehind(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		spoil, spoiled := make(chan struct{}), make(chan struct{})
		d := def(saga.Step[cart]{Name: "a", Kind: saga.Pivot, Action: func(_ context.Context, c *cart, a saga.Attempt) error {
			if a.Number == 1 {
				<-spoil
				c.Items[0], c.Refs["k"], c.Total = "spoiled", "spoiled", 99
				close(spoiled)
				return nil
			}
			close(spoil)
			<-spoiled
			c.Total = 7
			return nil
		}})
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Items: []string{"good"}, Refs: map[string]string{"k": "good"}})
		got, err := d.Wait(t.Context(), e.Engine, "i")
		want := cart{Total: 7, Items: []string{"good"}, Refs: map[string]string{"k": "good"}}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("ends as %+v, error %v; want %+v", got, err, want)
		}
	})
}

// What the history records is what changed, and nothing else.
func TestPatchIsWhatChanged(t *testing.T) {
	d := def(
		saga.Step[cart]{Name: "a", Action: func(_ context.Context, c *cart, _ saga.Attempt) error {
			c.Refs["r"] = "1"
			c.Total = 0 // as it was
			return nil
		}, Compensation: nothing},
		of(saga.Retriable, "b"))
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{Refs: map[string]string{}})
		ends(t, e, d, "i")
		var patches []string
		for _, ev := range history(t, e, "i") {
			patches = append(patches, string(ev.Patch))
		}
		want := []string{`{"Customer":"","Items":null,"Refs":{},"Total":0}`, `{"Refs":{"r":"1"}}`, ""}
		if !reflect.DeepEqual(patches, want) {
			t.Errorf("patches %q, want %q", patches, want)
		}
	})
}

// A state that has grown too large is never recorded, and the step's effect is not forgotten.
func TestStateThatGrowsOverTheLimit(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		st := p.asked("a")
		act := st.Action
		st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
			c.Customer = strings.Repeat("x", 2000)
			return act(ctx, c, a)
		}
		d := def(st)
		c := quietly()
		c.StateLimit = 1000
		e := run(t, store, c, d)
		start(t, e, d, "i", cart{})
		in := ends(t, e, d, "i")
		wantStatus(t, in, saga.Completed, "") // the probe found it, and changes nothing
		p.wantCalls(t, "action a, probe a")
		if said := history(t, e, "i")[1].Error; !strings.Contains(said, "too large") || len(in.State) > 1000 {
			t.Errorf("the history says %q, the state has %d bytes", said, len(in.State))
		}
	})
}

func TestStateThatGrowsOverTheLimitWithoutAProbe(t *testing.T) {
	p := newParty()
	st := p.step("a")
	act := st.Action
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		c.Customer = strings.Repeat("x", 70_000)
		return act(ctx, c, a)
	}
	play(t, def(st), func(t *testing.T, e started, in saga.Instance) {
		wantStatus(t, in, saga.NeedsAttention, saga.InDoubt)
		wantMarks(t, in, saga.MaybeDone)
		wantSaid(t, fmt.Errorf("%s", in.Detail), "too large", "references")
		p.wantEffects(t, "a")
	})
}

// An instance keeps what another version of the program wrote into its state.
func TestFieldsOfAnotherVersionAreKept(t *testing.T) {
	type newer struct {
		Customer, Coupon string
		Total            int
	}
	bubble(t, func(t *testing.T, store *memory.Store) {
		goOn := make(chan struct{})
		wait := func(ctx context.Context) error {
			select {
			case <-goOn:
				return nil
			case <-ctx.Done():
				return fmt.Errorf("%w: %w", saga.NotDone, ctx.Err())
			}
		}
		young := saga.Definition[newer]{Name: "order", Version: 1, Steps: []saga.Step[newer]{{Name: "a", Kind: saga.Retriable,
			Action: func(ctx context.Context, n *newer, _ saga.Attempt) error { return wait(ctx) }}}}
		e := run(t, store, nil, young)
		if _, err := young.Start(t.Context(), e.Engine, "i", newer{Customer: "kim", Coupon: "HALF"}); err != nil {
			t.Fatal(err)
		}
		after(t, time.Second)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		close(goOn)
		old := def(saga.Step[cart]{Name: "a", Kind: saga.Retriable, Action: func(_ context.Context, c *cart, _ saga.Attempt) error {
			c.Total = 5
			return nil
		}})
		older := run(t, store.Reopen(), nil, old)
		in := ends(t, older, old, "i")
		wantStatus(t, in, saga.Completed, "")
		var got newer
		if err := json.Unmarshal(in.State, &got); err != nil || got != (newer{"kim", "HALF", 5}) {
			t.Errorf("ends as %s, error %v", in.State, err)
		}
	})
}
