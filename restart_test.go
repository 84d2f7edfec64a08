package saga_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// opened is a file of sagas.
func opened(t *testing.T, path string) *sqlite.Store {
	t.Helper()
	store, err := sqlite.Open(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := store.Close(); err != nil {
			t.Errorf("close %s: %v", path, err)
		}
	})
	return store
}

// crashed copies a file as it is on the disk while it is in use, as a power cut would leave it.
func crashed(t *testing.T, path string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "after-crash.db")
	for _, suffix := range []string{"", "-wal"} {
		b, err := os.ReadFile(path + suffix)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to+suffix, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return to
}

// hasty is a config for tests in real time.
func hasty() *saga.Config {
	c := quietly()
	c.Drain = 50 * time.Millisecond
	c.Retry = saga.RetryPolicy{Initial: time.Millisecond, Max: 10 * time.Millisecond}
	c.CompensationRetry = c.Retry
	return c
}

// stuck makes a step's action apply its effect and then wait, for its ctx at least, when on says so.
func stuck(st saga.Step[cart], on func(a saga.Attempt) bool, reached chan<- saga.Key) saga.Step[cart] {
	act := st.Action
	st.Action = func(ctx context.Context, c *cart, a saga.Attempt) error {
		err := act(ctx, c, a)
		if on(a) {
			reached <- a.Key
			<-ctx.Done()
			return ctx.Err()
		}
		return err
	}
	return st
}

func always(saga.Attempt) bool { return true }
func never(saga.Attempt) bool  { return false }

// An engine that is told to stop while a step is slow hands over; the next one finds out what the
// step did, and goes on.
func TestStopInTheMiddleAndGoOnAfterReopening(t *testing.T) {
	for name, c := range map[string]struct {
		step  func(p *party) saga.Step[cart]
		calls []string // either is right
	}{
		"asked":           {func(p *party) saga.Step[cart] { return p.asked("b") }, []string{"action a, action b, probe b, action c"}},
		"without a probe": {func(p *party) saga.Step[cart] { return p.step("b") }, []string{"action a, action b, action b, action c"}},
		"replayable": {func(p *party) saga.Step[cart] { return replayable(p.asked("b")) },
			// The first if its last word was heard in time, the second if nobody knows what it said.
			[]string{"action a, action b, probe b, action c", "action a, action b, action b, action c"}},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sagas.db")
			p := newParty()
			reached := make(chan saga.Key, 10)
			first := opened(t, path)
			d := def(p.step("a"), stuck(c.step(p), always, reached), p.step("c"))
			e := run(t, first, hasty(), d)
			start(t, e, d, "i", cart{Customer: "kim"})
			<-reached
			if err := e.stop(); err != nil {
				t.Fatalf("Run returned %v", err)
			}
			in, err := e.Get(t.Context(), "i")
			if err != nil || in.Status.Ended() || in.Node != "" {
				t.Errorf("handed over as %s, held by %q, error %v", in.Status, in.Node, err)
			}
			if err := first.Close(); err != nil {
				t.Fatal(err)
			}
			d = def(p.step("a"), c.step(p), p.step("c"))
			again := run(t, opened(t, path), hasty(), d)
			start(t, again, d, "i", cart{Customer: "kim"})
			in = ends(t, again, d, "i")
			wantStatus(t, in, saga.Completed, "")
			if calls := strings.Join(p.called(), ", "); !slices.Contains(c.calls, calls) {
				t.Errorf("calls: %s\n  want: %s", calls, c.calls)
			}
			p.wantEffects(t, "a, b, c")
		})
	}
}

// A process that died leaves no goodbye. Whoever opens its file next goes on with everything that
// was acknowledged, whichever call was under way.
func TestCrashAndGoOn(t *testing.T) {
	const instances = 12
	path := filepath.Join(t.TempDir(), "sagas.db")
	p := newParty()
	reached := make(chan saga.Key, 100)
	dying := hasty()
	dying.Drain = time.Millisecond
	steps := func(on func(saga.Attempt) bool) saga.Definition[cart] {
		return def(stuck(p.asked("a"), on, reached), stuck(replayable(p.asked("b")), on, reached),
			stuck(replayable(p.step("c")), on, reached), stuck(final(saga.Pivot, p.fenced("d")), on, reached),
			stuck(final(saga.Retriable, p.asked("e")), on, reached))
	}
	// Each instance hangs in the step that its number says, some in none.
	d := steps(func(a saga.Attempt) bool {
		var n int
		_, _ = fmt.Sscanf(a.Key.Instance, "i%d", &n)
		return n%6 < 5 && a.Key.Step == string(rune('a'+n%6))
	})
	e := run(t, opened(t, path), dying, d)
	for n := range instances {
		start(t, e, d, fmt.Sprint("i", n), cart{Total: n})
	}
	for range instances / 6 * 5 {
		<-reached
	}
	copied := crashed(t, path)

	d = steps(never)
	after := run(t, opened(t, copied), hasty(), d)
	for n := range instances {
		id := fmt.Sprint("i", n)
		start(t, after, d, id, cart{Total: n}) // its client repeats, and attaches
		in := ends(t, after, d, id)
		wantStatus(t, in, saga.Completed, "")
		if _, err := d.Start(t.Context(), after.Engine, id, cart{Total: n + 1}); err == nil {
			t.Errorf("%s: another input was taken after the crash", id)
		}
	}
	effects := map[string]int{}
	for key, n := range p.applied {
		effects[key.Instance] += n
	}
	for id, n := range effects {
		if n != 5 {
			t.Errorf("%s has %d effects, want 5", id, n)
		}
	}
	if len(effects) != instances {
		t.Errorf("%d instances have effects, want %d", len(effects), instances)
	}
}

// Several lives in a row, each cut off in the middle, still come to one end.
func TestManyCrashesInARow(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	p := newParty().says(saga.CallAction, "d", refuses)
	reached := make(chan saga.Key, 100)
	var e started
	var d saga.Definition[cart]
	for life, name := range []string{"a", "b", "c", ""} {
		on := func(a saga.Attempt) bool { return a.Key.Step == name }
		d = def(stuck(p.asked("a"), on, reached), stuck(p.asked("b"), on, reached), stuck(p.asked("c"), on, reached), p.fenced("d"))
		e = run(t, opened(t, path), hasty(), d)
		if life == 0 {
			start(t, e, d, "i", cart{})
		}
		if name != "" {
			<-reached
			path = crashed(t, path)
		}
	}
	wantStatus(t, ends(t, e, d, "i"), saga.Compensated, "")
	p.wantEffects(t, "a, b, c, undo c, undo b, undo a")
}
