package saga_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// What a deployment would do to a store: what it strands, what Run would refuse, what is merely tuned.
func TestCompareSaysWhatADeploymentStrands(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		version := func(name string, v int, steps ...saga.Step[cart]) saga.Definition[cart] {
			return saga.Definition[cart]{Name: name, Version: v, Steps: steps}
		}
		waits := asks(pending(p.fenced("b")), 48*time.Hour)
		old := version("order", 1, p.step("a"), waits)
		e := run(t, store, nil, old, version("order", 2, p.step("a"), waits), version("refund", 1, p.step("a")), version("gone", 1, p.step("a")), version("mail", 1, p.step("a"), p.step("b")))
		for i := range 12 {
			start(t, e, old, fmt.Sprint("i", i), cart{})
		}
		start(t, e, version("gone", 1), "done", cart{})
		after(t, time.Minute)

		tuned := p.step("a")
		tuned.Timeout = time.Minute
		described, err := saga.Describe(
			version("order", 2, p.step("a"), waits), version("order", 3, p.step("a")), version("refund", 1, tuned),
			version("mail", 1, final(saga.Retriable, p.step("a")), p.step("c"))) // a mistake, see below
		if !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("a mistake is described: %s, %v", described, err)
		}
		described, err = saga.Describe(
			version("order", 2, p.step("a"), waits), version("order", 3, p.step("a")), version("refund", 1, tuned), version("mail", 1, p.asked("a")))
		if err != nil {
			t.Fatal(err)
		}
		got, err := e.Compare(t.Context(), described)
		if err != nil {
			t.Fatal(err)
		}
		want := []string{
			"gone 1 unused 0", "mail 1 changed 0", "order 1 stranded 12", "order 2 same 0", "order 3 new 0", "refund 1 tuned 0",
		}
		var lines []string
		for _, d := range got {
			lines = append(lines, fmt.Sprint(d.Definition, " ", d.Version, " ", d.Fit, " ", d.Live))
		}
		if !slices.Equal(lines, want) {
			t.Errorf("it says\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
		}
		if c := strings.Join(got[1].Changes, "; "); !strings.Contains(c, `step "a", probe: none -> true`) || !strings.Contains(c, `step "b" is gone`) {
			t.Errorf("what changed: %s", c)
		}
		if c := got[5].Changes; len(c) != 1 || !strings.Contains(c[0], "timeout") {
			t.Errorf("what is tuned: %q", c)
		}
		if len(got[2].IDs) != 10 {
			t.Errorf("it names %d of those that are stranded", len(got[2].IDs))
		}
		for _, odd := range []string{"", "[]", `{"format":9}`} {
			if _, err := e.Compare(t.Context(), []byte(odd)); !errors.Is(err, saga.ErrInvalid) && !errors.Is(err, saga.ErrFormat) {
				t.Errorf("%q is compared: %v", odd, err)
			}
		}
	})
}

// What Compare calls stranded is parked with its reason, and goes on when its version is back.
func TestWhatIsStrandedSaysSo(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		old := def(p.step("a"), asks(pending(p.fenced("b")), time.Hour), p.step("c"))
		e := run(t, store, nil, old)
		start(t, e, old, "i", cart{})
		after(t, time.Minute)
		if err := e.stop(); err != nil {
			t.Fatal(err)
		}
		newer := old
		newer.Version, newer.Steps = 2, old.Steps[:1]
		other := run(t, store, nil, newer)
		if err := other.Deliver(t.Context(), to("i", "b", saga.Succeeded)); err != nil {
			t.Fatal(err)
		}
		after(t, 2*time.Hour)
		in := now(t, other, "i")
		wantStatus(t, in, saga.NeedsAttention, saga.UnknownDefinition)
		if err := other.stop(); err != nil {
			t.Fatal(err)
		}
		both := run(t, store, nil, newer, old)
		after(t, time.Hour)
		wantStatus(t, now(t, both, "i"), saga.Completed, "")
		p.wantEffects(t, "a, b, c")
	})
}

// What differs is told by the steps' names, and times as people write them.
func TestCompareNamesWhatDiffers(t *testing.T) {
	bubble(t, func(t *testing.T, store *memory.Store) {
		p := newParty()
		old := def(p.step("a"), p.step("b"), asks(p.step("c"), time.Hour), p.step("d"))
		old.Deadline = 3 * time.Hour
		e := run(t, store, nil, old)
		after(t, time.Second)
		tuned := asks(p.step("c"), 2*time.Hour)
		tuned.Retry = saga.RetryPolicy{Initial: 1500 * time.Millisecond}
		longer := def(p.step("a"), p.step("b"), tuned, p.step("d"))
		longer.Deadline = 90 * time.Hour
		for _, c := range []struct {
			name string
			is   saga.Definition[cart]
			says []string
		}{
			{"a step is gone", withDeadline(old, p.step("a"), asks(p.step("c"), time.Hour), p.step("d")), []string{`step "b" is gone from place 2`}},
			{"a step is new", withDeadline(old, p.step("a"), p.step("x"), p.step("b"), asks(p.step("c"), time.Hour), p.step("d")), []string{`step "x" is new at place 2`}},
			{"a step has another name", withDeadline(old, p.step("a"), p.step("x"), asks(p.step("c"), time.Hour), p.step("d")), []string{`step 2: b -> x`}},
			{"one goes and one comes", withDeadline(old, p.step("b"), asks(p.step("c"), time.Hour), p.step("d"), p.step("x")),
				[]string{`step "a" is gone from place 1`, `step "x" is new at place 4`}},
			{"two change places", withDeadline(old, p.step("b"), p.step("a"), asks(p.step("c"), time.Hour), p.step("d")),
				[]string{"order of the steps: a, b, c, d -> b, a, c, d"}},
			{"times", longer, []string{"deadline: 3h0m0s -> 90h0m0s", `step "c", retry.Initial: none -> 1.5s`, `step "c", replyTimeout: 1h0m0s -> 2h0m0s`}},
			{"no deadline", def(old.Steps...), []string{"deadline: 3h0m0s -> none"}},
		} {
			described, err := saga.Describe(c.is)
			if err != nil {
				t.Fatal(err)
			}
			got, err := e.Compare(t.Context(), described)
			if err != nil || !slices.Equal(got[0].Changes, c.says) {
				t.Errorf("%s: it says %q, %v; want %q", c.name, got[0].Changes, err, c.says)
			}
		}
	})
}

func withDeadline(d saga.Definition[cart], steps ...saga.Step[cart]) saga.Definition[cart] {
	d.Steps = steps
	return d
}

// What Describe cannot have written is refused, and not compared as if a build had nothing more.
func TestCompareReadsWhatDescribeWrote(t *testing.T) {
	e, err := saga.New(memory.Open(), nil)
	wantIs(t, err, nil)
	one := `{"name":"a","version":1,"steps":[{"name":"s","kind":"pivot"}]}`
	for name, text := range map[string]string{
		"nothing":           ``,
		"no list":           `{"format":1}`,
		"a misspelt list":   `{"format":1,"definition":[` + one + `]}`,
		"no name":           `{"format":1,"definitions":[{"version":1,"steps":[{"name":"s","kind":"pivot"}]}]}`,
		"no version":        `{"format":1,"definitions":[{"name":"a","steps":[{"name":"s","kind":"pivot"}]}]}`,
		"no steps":          `{"format":1,"definitions":[{"name":"a","version":1}]}`,
		"one version twice": `{"format":1,"definitions":[` + one + `,` + one + `]}`,
	} {
		if _, err := e.Compare(t.Context(), []byte(text)); !errors.Is(err, saga.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
	_, err = e.Compare(t.Context(), []byte(`{"format":1,"definitions":[]}`)) // a build without any
	wantIs(t, err, nil)
	_, err = e.Compare(t.Context(), []byte(`{"format":1,"definitions":[`+one+`]}`))
	wantIs(t, err, nil)
}
