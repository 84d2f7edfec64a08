package saga_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// flaky fails calls of a store at random, before or after they took effect, and counts them.
type flaky struct {
	mu      sync.Mutex
	rng     *rand.Rand
	percent int
	before  map[string]int
	after   map[string]int
}

func newFlaky(seed uint64, percent int) *flaky {
	return &flaky{rng: rand.New(rand.NewPCG(seed, 7)), percent: percent, before: map[string]int{}, after: map[string]int{}}
}

func (f *flaky) around(_ context.Context, op string, _ any, do func() error) error {
	if op == "join" || op == "define" || op == "shapes" {
		return do() // without these there is no engine, and Run says so
	}
	f.mu.Lock()
	fails, early := f.rng.IntN(100) < f.percent, f.rng.IntN(2) == 0
	f.mu.Unlock()
	if fails && early {
		f.count(f.before, op)
		return errDisk
	}
	err := do()
	if fails && err == nil {
		f.count(f.after, op)
		return errDisk
	}
	return err
}

func (f *flaky) count(in map[string]int, op string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	in[op]++
}

func (f *flaky) set(percent int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.percent = percent
}

// However often the store fails, and whether or not it did what it was asked: everything that was
// started ends, nothing takes effect twice, and nothing is missing from the history.
func TestStoreThatFailsAtRandom(t *testing.T) {
	before, late := map[string]int{}, map[string]int{}
	for seed := range uint64(10) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				f := newFlaky(seed, 10+int(seed%3)*15)
				withFaults(t, store, f, seed)
				for op, n := range f.before {
					before[op] += n
				}
				for op, n := range f.after {
					late[op] += n
				}
			})
		})
	}
	for _, op := range []string{"append", "checkpoint", "claim", "nodes", "keys", "find"} {
		if before[op] == 0 || late[op] == 0 {
			t.Errorf("%s failed %d times before and %d times after its effect: nothing is proved about it", op, before[op], late[op])
		}
	}
}

func withFaults(t *testing.T, store *memory.Store, f *flaky, seed uint64) {
	const instances = 15
	p := newParty()
	d := def(p.fenced("a"), replayable(p.step("b")), replayable(p.asked("c")), final(saga.Pivot, p.fenced("d")), final(saga.Retriable, p.asked("e")))
	for i := range d.Steps {
		d.Steps[i].Retry = saga.RetryPolicy{MaxAttempts: 6, Initial: 2 * time.Second, Max: 5 * time.Second}
	}
	answers := rand.New(rand.NewPCG(seed, 8))
	for _, step := range []string{"a", "b", "c", "d", "e"} {
		for _, kind := range []saga.CallKind{saga.CallAction, saga.CallProbe, saga.CallCompensation} {
			p.says(kind, step, random(answers, kind, 12)...)
		}
	}
	var w watcher
	c := quietly()
	c.Observe = w.see
	e := run(t, hooked{store, f.around}, c, d)
	var all sync.WaitGroup
	for n := range instances {
		all.Go(func() { persist(t, e, d, fmt.Sprint("i", n), cart{Total: n}) })
	}
	all.Wait()
	after(t, time.Minute)
	for n := range instances { // its client repeats, whatever became of it
		all.Go(func() { persist(t, e, d, fmt.Sprint("i", n), cart{Total: n}) })
	}
	all.Wait()
	after(t, 2*time.Minute)
	f.set(0)
	after(t, time.Hour)
	for n := range instances {
		id := fmt.Sprint("i", n)
		in, err := e.Get(t.Context(), id)
		if err != nil || !in.Status.Ended() {
			t.Fatalf("%s is %s (%s), error %v", id, in.Status, in.Reason, err)
		}
		sameEvents(t, id, w.of(id), history(t, e, id))
		p.wantOnce(t, in)
	}
}

// random makes answers that a participant may give; most of them good.
func random(rng *rand.Rand, kind saga.CallKind, n int) []string {
	from := []string{works, works, works, losesReply, losesOrder, notYet, panics}
	if kind == saga.CallAction {
		from = append(from, refuses)
	}
	out := make([]string, n)
	for i := range out {
		out[i] = from[rng.IntN(len(from))]
	}
	return out
}

// persist starts as a client should: until it gets an answer that is one.
func persist(t *testing.T, e started, d saga.Definition[cart], id string, c cart) {
	for {
		ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
		_, err := d.Start(ctx, e.Engine, id, c)
		cancel()
		switch {
		case err == nil:
			return
		case !errors.Is(err, saga.Unknown) && !errors.Is(err, saga.NotDone):
			t.Errorf("start of %s: %v", id, err)
			return
		}
	}
}

// wantOnce holds an ended instance against what is true at the participant.
func (p *party) wantOnce(t *testing.T, in saga.Instance) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	effects := map[string]int{}
	for key, n := range p.applied {
		if key.Instance == in.ID {
			effects[key.Step] += n
		}
	}
	for _, st := range in.Steps {
		want := 0
		if in.Status == saga.Completed {
			want = 1
		}
		if effects[st.Name] != want {
			t.Errorf("%s is %s, and %s has %d effects (%s)", in.ID, in.Status, st.Name, effects[st.Name], st.Mark)
		}
	}
}

// While the store cannot be written, whoever starts something hears what the store says.
func TestStartSaysWhatTheStoreSays(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		var broken sync.Map
		e := run(t, hooked{store, func(_ context.Context, op string, _ any, do func() error) error {
			if _, is := broken.Load("disk"); is && slices.Contains([]string{"append", "checkpoint", "claim"}, op) {
				return errDisk
			}
			return do()
		}}, nil, d)
		start(t, e, d, "before", cart{})
		ends(t, e, d, "before")
		after(t, time.Second)
		broken.Store("disk", true)
		for range 2 { // the second waits behind the first
			ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
			_, err := d.Start(ctx, e.Engine, "i", cart{})
			cancel()
			wantIs(t, err, saga.Unknown)
			wantIs(t, err, errDisk)
			wantIs(t, err, context.DeadlineExceeded)
			wantSaid(t, err, "the store does not answer", "disk I/O error 4711")
		}
		broken.Delete("disk")
		start(t, e, d, "i", cart{})
		wantStatus(t, ends(t, e, d, "i"), saga.Completed, "")
		p.wantCalls(t, "action a, action a")

		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		_, err := d.Start(ctx, e.Engine, "j", cart{})
		if errors.Is(err, errDisk) {
			t.Errorf("the store is well again, and the error still says otherwise: %v", err)
		}
	})
}

// Without its first words with the store there is nothing to run, and Run says why.
func TestRunSaysWhyItCouldNotBegin(t *testing.T) {
	for _, broken := range []string{"define", "shapes", "join"} {
		t.Run(broken, func(t *testing.T) {
			bubble(t, func(t *testing.T, store *memory.Store) {
				d := def(plain("a"))
				e := runs(t, hooked{store, func(_ context.Context, op string, _ any, do func() error) error {
					if op == broken {
						return errDisk
					}
					return do()
				}}, nil, d)
				_, err := d.Start(t.Context(), e.Engine, "i", cart{})
				wantIs(t, err, saga.ErrClosed)
				wantIs(t, err, saga.NotDone)
				wantIs(t, err, errDisk)
				wantIs(t, e.stop(), errDisk)
			})
		})
	}
}

// A store that never comes back does not keep Run from ending.
func TestStopWithAStoreThatIsGone(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		d := def(p.step("a"))
		gone, reached, _ := held(store, starts)
		e := runs(t, gone, nil, d)
		answer := make(chan error, 1)
		go func() {
			_, err := d.Start(t.Context(), e.Engine, "i", cart{})
			answer <- err
		}()
		<-reached
		synctest.Wait()
		began := time.Now()
		err := e.stop()
		wantSaid(t, err, "did not take the last writes")
		if took := time.Since(began); took > 20*time.Second {
			t.Errorf("Run took %v to return", took)
		}
		err = <-answer
		wantIs(t, err, saga.Unknown)
		wantIs(t, err, saga.ErrClosed)
	})
}
