package saga_test

import (
	"context"
	"encoding/json"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// damaging is a store whose row of the instance "bad" cannot be read once it is switched on.
type damaging struct {
	saga.Store
	on *atomic.Bool
}

func (d damaging) Journal() saga.Journal     { return damagingJournal{d.Store.Journal(), d.on} }
func (d damaging) Instances() saga.Instances { return damagingInstances{d.Store.Instances(), d.on} }

type damagingJournal struct {
	saga.Journal
	on *atomic.Bool
}

func (d damagingJournal) Tail(ctx context.Context, node string) (saga.Tail, error) {
	tail, err := d.Journal.Tail(ctx, node)
	damage(tail.Rows, d.on.Load())
	return tail, err
}

type damagingInstances struct {
	saga.Instances
	on *atomic.Bool
}

func (d damagingInstances) Claim(ctx context.Context, c saga.Claim) (saga.Claimed, error) {
	got, err := d.Instances.Claim(ctx, c)
	damage(got.Rows, d.on.Load())
	return got, err
}

func damage(rows []saga.Row, on bool) {
	for i := range rows {
		if on && rows[i].ID == "bad" {
			rows[i].Data = []byte("{half a ro")
		}
	}
}

// patient is a step whose repeat comes after half a minute, so that its instance sleeps in the store.
func patient(st saga.Step[cart]) saga.Step[cart] {
	st.Retry = saga.RetryPolicy{MaxAttempts: 9, Initial: 30 * time.Second, Max: 30 * time.Second}
	return st
}

// One damaged row is left alone, after a crash too; the rest goes on.
func TestOneDamagedRowStopsNobodyElse(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		var on, dead atomic.Bool
		d := def(patient(newParty().says(saga.CallAction, "a", losesOrder, losesOrder, losesOrder).step("a")))
		e := runs(t, hooked{damaging{store, &on}, func(_ context.Context, _ string, _ any, do func() error) error {
			if dead.Load() {
				return errDisk
			}
			return do()
		}}, nil, d)
		start(t, e, d, "bad", cart{})
		start(t, e, d, "good", cart{})
		after(t, 2*time.Second)
		on.Store(true)
		after(t, 40*time.Second)
		dead.Store(true)
		_ = e.stop() // it cannot hand over, as after a crash
		next := runs(t, damaging{store.Reopen(), &on}, quietly(), d)
		if in := ends(t, next, d, "good"); in.Status != saga.Completed {
			t.Errorf("its neighbour: %s", in.Status)
		}
		if err := next.stop(); err != nil {
			t.Errorf("Run: %v", err)
		}
	})
}

// An instance that is parked after its deadline is looked at once in ten minutes, not for ever.
func TestParkedAfterItsDeadlineIsQuiet(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		d := def(patient(newParty().says(saga.CallAction, "a", losesOrder, losesOrder).step("a")))
		d.Deadline = time.Minute
		e := run(t, store, quietly(), d)
		start(t, e, d, "i", cart{})
		after(t, time.Second)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Minute)
		other := def(newParty().step("x"))
		other.Name = "other"
		e = run(t, store, quietly(), other)
		after(t, time.Minute)
		in, err := e.Get(t.Context(), "i")
		if err != nil || in.Reason != saga.UnknownDefinition || in.Seq > 10 {
			t.Errorf("%s (%s) after %d transitions: %v", in.Status, in.Reason, in.Seq, err)
		}
	})
}

// A start meets an instance in attention just while it is being asked about slowly: it is resumed
// when the answer is in.
func TestResumeDuringACallInAttention(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		silent := func(ctx context.Context, _ *cart, _ saga.Attempt) error { <-ctx.Done(); return ctx.Err() }
		d := def(saga.Step[cart]{Name: "a", Kind: saga.Pivot, Action: silent, Probe: silent,
			Timeout: 59 * time.Second, Retry: saga.RetryPolicy{MaxAttempts: 2}})
		e := run(t, store, quietly(), d)
		start(t, e, d, "i", cart{})
		ends(t, e, d, "i")
		after(t, 90*time.Second) // in the middle of a probe
		if in := start(t, e, d, "i", cart{}); in.Status != saga.Running {
			t.Errorf("the start answers %s", in.Status)
		}
	})
}

// A start that waits for a call in attention is answered although its node is sealed meanwhile.
func TestResumeWhoseNodeIsSealed(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		silent := func(ctx context.Context, _ *cart, _ saga.Attempt) error { <-ctx.Done(); return ctx.Err() }
		d := def(saga.Step[cart]{Name: "a", Kind: saga.Pivot, Action: silent, Probe: silent,
			Timeout: 59 * time.Second, Retry: saga.RetryPolicy{MaxAttempts: 2}})
		e := run(t, store, quietly(), d)
		start(t, e, d, "i", cart{})
		ends(t, e, d, "i")
		after(t, 90*time.Second) // in the middle of a probe
		answered := make(chan error, 1)
		go func() {
			_, err := d.Start(t.Context(), e.Engine, "i", cart{})
			answered <- err
		}()
		after(t, time.Second)
		nodes, err := store.Instances().Nodes(t.Context())
		if err != nil || len(nodes) != 1 {
			t.Fatal(nodes, err)
		}
		if err := store.Journal().Seal(t.Context(), nodes[0].ID); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Minute) // the next node may be asking as well, and then the answer is one timeout away
		select {
		case err := <-answered:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("the start is never answered")
		}
	})
}

// A sealed node waits for its store to let it join again.
func TestRejoinOutlastsAFailingStore(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		joins := 0
		flaky := hooked{store, func(_ context.Context, op string, _ any, do func() error) error {
			if op == "join" {
				if joins++; joins == 2 || joins == 3 {
					return errDisk
				}
			}
			return do()
		}}
		d := def(newParty().step("a"))
		e := run(t, flaky, quietly(), d)
		start(t, e, d, "i", cart{})
		ends(t, e, d, "i")
		nodes, err := store.Instances().Nodes(t.Context())
		if err != nil || len(nodes) != 1 {
			t.Fatal(nodes, err)
		}
		if err := store.Journal().Seal(t.Context(), nodes[0].ID); err != nil {
			t.Fatal(err)
		}
		after(t, 10*time.Second)
		start(t, e, d, "j", cart{})
		if in := ends(t, e, d, "j"); in.Status != saga.Completed {
			t.Errorf("after the rejoin: %s", in.Status)
		}
	})
}

// cents marshals through its pointer only.
type cents struct{ n int64 }

func (c *cents) MarshalJSON() ([]byte, error) { return json.Marshal(c.n) }
func (c *cents) UnmarshalJSON(b []byte) error { return json.Unmarshal(b, &c.n) }

// A state keeps a field whose type marshals through its pointer.
func TestStateOfATypeThatMarshalsThroughItsPointer(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		type bill struct{ Total cents }
		d := saga.Definition[bill]{Name: "bill", Version: 1, Steps: []saga.Step[bill]{{Name: "add", Kind: saga.Pivot,
			Action: func(_ context.Context, b *bill, _ saga.Attempt) error { b.Total.n += 5; return nil }}}}
		e := run(t, store, quietly(), d)
		if _, err := d.Start(t.Context(), e.Engine, "i", bill{cents{37}}); err != nil {
			t.Fatal(err)
		}
		if b, err := d.Wait(t.Context(), e.Engine, "i"); err != nil || b.Total.n != 42 {
			t.Errorf("%+v, %v", b, err)
		}
	})
}

// Headers lose space at the ends, and instances that differ only there would share their keys.
func TestIdsWithSpaceAtAnEndAreRefused(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		d := def(newParty().step("a"))
		e := run(t, store, quietly(), d)
		for _, id := range []string{" x", "x ", "\u00a0x", "x\u2003"} {
			_, err := d.Start(t.Context(), e.Engine, id, cart{})
			wantIs(t, err, saga.ErrInvalid)
		}
	})
}
