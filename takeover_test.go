package saga_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Two nodes that share a store which fails, and of which one hangs now and then and is taken over.
// How often that happens depends on the scheduler, so it goes on until it has happened often enough.
func TestTwoNodesOverAStoreThatFails(t *testing.T) {
	recovered := 0
	for seed := uint64(0); seed < 4 || recovered < 10 && seed < 40; seed++ {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				recovered += takingOver(t, store, newFlaky(seed, 10), seed)
			})
		})
	}
	if recovered < 10 {
		t.Errorf("%d takeovers: nothing is proved about them", recovered)
	}
}

func takingOver(t *testing.T, store *memory.Store, f *flaky, seed uint64) (recovered int) {
	p := newParty()
	d := def(p.fenced("a"), replayable(p.asked("b")), replayable(p.fenced("c")), final(saga.Pivot, p.fenced("d")), final(saga.Retriable, p.asked("e")))
	rng := rand.New(rand.NewPCG(seed, 9))
	for _, st := range d.Steps {
		p.says(saga.CallAction, st.Name, random(rng, saga.CallAction, 10)...).says(saga.CallProbe, st.Name, random(rng, saga.CallProbe, 10)...)
	}
	c := quietly()
	c.Lease = time.Second
	hangs := hooked{store, func(ctx context.Context, op string, args any, do func() error) error {
		f.mu.Lock()
		hang := f.percent > 0 && f.rng.IntN(20) == 0
		f.mu.Unlock()
		if hang {
			<-time.After(4 * time.Second)
		}
		return f.around(ctx, op, args, do)
	}}
	engines := []started{run(t, hangs, c, d), run(t, hooked{store, f.around}, c, d)}
	const instances = 12
	var all sync.WaitGroup
	for round := range 2 {
		for n := range instances {
			all.Go(func() { persist(t, engines[(n+round)%2], d, fmt.Sprint("i", n), cart{Total: n}) })
		}
		all.Wait()
		after(t, time.Minute)
	}
	f.set(0)
	after(t, time.Hour)
	for n := range instances {
		id := fmt.Sprint("i", n)
		in, err := engines[n%2].Get(t.Context(), id)
		if err != nil || !in.Status.Ended() {
			t.Fatalf("%s is %s (%s), error %v", id, in.Status, in.Reason, err)
		}
		events := history(t, engines[n%2], id)
		if events[len(events)-1].Seq != in.Seq || len(events) != in.Seq {
			t.Errorf("%s stands at %d, its history has %d events", id, in.Seq, len(events))
		}
		for _, ev := range events {
			if ev.Kind == saga.EventRecovered {
				recovered++
			}
		}
		p.wantOnce(t, in)
	}
	return recovered
}

// A node may take over what was defined after it had started. What ran ahead of the journal there
// is not forgotten.
func TestTakeoverByANodeThatDoesNotKnowTheDefinition(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		c := quietly()
		c.Lease = 2 * time.Second
		other := def(p.step("x"))
		other.Name = "other"
		old := run(t, store, c, other)
		after(t, time.Second)

		reached := make(chan saga.Key, 10)
		d := def(replayable(p.step("a")), stuck(replayable(p.step("b")), always, reached), p.step("c"))
		d.Deadline = time.Minute
		dead, _, release := held(store, func(op string, args any) bool { return op == "append" && !starts(op, args) })
		e := run(t, dead, c, d)
		start(t, e, d, "i", cart{})
		<-reached // b took effect, and nothing durable says that a did
		after(t, 30*time.Second)
		wantStatus(t, ends(t, old, other, "i"), saga.NeedsAttention, saga.UnknownDefinition)
		close(release)
		for _, e := range []started{e, old} {
			if err := e.stop(); err != nil {
				t.Fatal(err)
			}
		}
		after(t, time.Minute) // the deadline passes while nobody can run it
		p.mu.Lock()
		p.refused[saga.Key{Instance: "i", Step: "c"}] = true
		p.mu.Unlock()
		d.Steps[1] = replayable(p.step("b"))
		home := run(t, store.Reopen(), nil, d)
		start(t, home, d, "i", cart{})
		in := settles(t, home, "i")
		wantStatus(t, in, saga.Compensated, "")
		p.wantEffects(t, "a, b, undo b, undo a")
	})
}
