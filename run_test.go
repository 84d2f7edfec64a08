package saga_test

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// quietly is a config for tests that make trouble on purpose.
func quietly() *saga.Config { return &saga.Config{Logger: slog.New(slog.DiscardHandler)} }

// def is a definition of the tests' state.
func def(steps ...saga.Step[cart]) saga.Definition[cart] {
	return saga.Definition[cart]{Name: "order", Version: 1, Steps: steps}
}

// started is a running engine.
type started struct {
	*saga.Engine
	stop func() error // ends Run and returns what it returned; safe to call again
}

// run starts an engine and stops it with the test, which fails if Run did.
func run(t *testing.T, store saga.Store, c *saga.Config, defs ...saga.AnyDefinition) started {
	t.Helper()
	e := runs(t, store, c, defs...)
	t.Cleanup(func() {
		if err := e.stop(); err != nil {
			t.Errorf("Run returned %v", err)
		}
	})
	return e
}

// runs starts an engine whose Run may fail.
func runs(t *testing.T, store saga.Store, c *saga.Config, defs ...saga.AnyDefinition) started {
	t.Helper()
	if c == nil {
		c = quietly()
	}
	engine, err := saga.New(store, c, defs...)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()
	return started{engine, sync.OnceValue(func() error {
		cancel()
		return <-ended
	})}
}

// bubble runs a test over a store in memory, with a clock that only moves while everybody waits.
func bubble(t *testing.T, f func(t *testing.T, store *memory.Store)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) { f(t, memory.Open()) })
}

// after waits until so much time has passed in the bubble.
func after(t *testing.T, d time.Duration) {
	t.Helper()
	<-time.After(d)
	synctest.Wait()
}

func start(t *testing.T, e started, d saga.Definition[cart], id string, c cart) saga.Instance {
	t.Helper()
	in, err := d.Start(t.Context(), e.Engine, id, c)
	if err != nil {
		t.Fatalf("start of %s: %v", id, err)
	}
	return in
}

// ends waits for an instance to end or to need attention and returns it.
func ends(t *testing.T, e started, d saga.Definition[cart], id string) saga.Instance {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
	defer cancel()
	_, err := d.Wait(ctx, e.Engine, id)
	var status *saga.StatusError
	if err != nil && !errors.As(err, &status) {
		t.Fatalf("wait for %s: %v", id, err)
	}
	in, err := e.Get(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// play starts one instance of a definition in a new store and returns how it ends.
func play(t *testing.T, d saga.Definition[cart], check func(t *testing.T, e started, in saga.Instance)) {
	t.Helper()
	bubble(t, func(t *testing.T, store *memory.Store) {
		e := run(t, store, nil, d)
		start(t, e, d, "i", cart{})
		check(t, e, ends(t, e, d, "i"))
	})
}

// wantStatus compares where an instance stands; reason is "" unless it needs attention.
func wantStatus(t *testing.T, in saga.Instance, status saga.Status, reason saga.Reason) {
	t.Helper()
	if in.Status != status || in.Reason != reason {
		t.Errorf("%s is %s (%s), want %s (%s); last said: %s", in.ID, in.Status, in.Reason, status, reason, in.Detail)
	}
}

// wantMarks compares what is known of the steps, in order.
func wantMarks(t *testing.T, in saga.Instance, want ...saga.Mark) {
	t.Helper()
	var got []saga.Mark
	for _, st := range in.Steps {
		got = append(got, st.Mark)
	}
	if len(got) != len(want) {
		t.Fatalf("marks are %v, want %v", got, want)
	}
	for i := range got {
		if got[i] != want[i] {
			t.Errorf("step %s is %s, want %s", in.Steps[i].Name, got[i], want[i])
		}
	}
}

// wantSaid checks that an error says all of the words.
func wantSaid(t *testing.T, err error, words ...string) {
	t.Helper()
	if err == nil {
		t.Fatalf("no error; want one that says %q", words)
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("the error does not say %q: %v", w, err)
		}
	}
}

// wantIs checks that an error matches a sentinel.
func wantIs(t *testing.T, err, target error) {
	t.Helper()
	if !errors.Is(err, target) {
		t.Errorf("error %v does not match %q", err, target)
	}
}

// history reads what happened to an instance once it is written, which is a moment later.
func history(t *testing.T, e started, id string) []saga.Event {
	t.Helper()
	after(t, time.Second)
	events, err := e.History(t.Context(), id)
	if err != nil || len(events) == 0 {
		t.Fatalf("history of %s: %d events, error %v", id, len(events), err)
	}
	return events
}
