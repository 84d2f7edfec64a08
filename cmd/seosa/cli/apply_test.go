package cli_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/conformance/memory"
)

// While no engine runs, what is wanted is stored, and the next engine does it first.
func TestWithoutAnEngineItWaits(t *testing.T) {
	s := newShop(t)
	s.start("order-1", "order-2")
	s.close()
	s.away.Store(false)
	s.run("list").ends(cli.ExitDone).says("order-1", "No engine runs on this store")
	s.run("show", "order-1").ends(cli.ExitDone).says("No engine runs on this store")
	r := s.run("retry", "order-1", "order-2", "-reason", "back").ends(cli.ExitWaiting)
	r.says("order-1  waiting", "order-2  waiting", "2 interventions: 0 made, 2 waiting.",
		"no engine runs on this store; what waits is stored, and the next engine decides it before anything else")
	s.open()
	for _, id := range []string{"order-1", "order-2"} {
		s.standing(id, saga.Completed)
		if hands := s.hands(id); len(hands) != 1 || hands[0].Verb != saga.Retry {
			t.Errorf("%s: the history has %+v", id, hands)
		}
	}
}

// frozen puts a node on the store that never does anything.
func (s *shop) frozen() {
	s.Helper()
	s.stop()
	s.reopen()
	if err := s.store.Journal().Join(s.Context(), "frozen", 0); err != nil {
		s.Fatal(err)
	}
}

func TestAnEngineThatDoesNotAnswer(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.frozen()
	s.run("retry", "order-1", "-reason", "back", "-wait", "1s").ends(cli.ExitWaiting).
		says("order-1  waiting", "no answer within 1s", `"seosa show ID" tells what`)
	r := s.run("skip", "order-1", "-reason", "back", "-wait", "1s", "-o", "json").ends(cli.ExitWaiting)
	var got struct {
		Waiting int
		Results []struct{ Result string }
	}
	if err := json.Unmarshal([]byte(r.out), &got); err != nil || got.Waiting != 1 || got.Results[0].Result != "waiting" {
		t.Errorf("%+v, error %v", got, err)
	}
}

// An interruption ends the wait and says what is stored.
func TestInterruptedWhileItWaits(t *testing.T) {
	s := newShop(t)
	s.start("order-1")
	s.frozen()
	ctx, interrupt := context.WithCancel(t.Context())
	defer interrupt()
	began := time.Now()
	go func() {
		defer interrupt()
		s.sent(ctx, "order-1")
	}()
	s.runIn(ctx, func(*cli.Command) {}, "retry", "order-1", "-reason", "back", "-wait", "1m").ends(cli.ExitInterrupted).
		says("interrupted; everything was sent, and what waits is stored", "1 waiting")
	if time.Since(began) > 30*time.Second {
		t.Error("it waited on")
	}
}

// All of a thousand are listed at once, and one command settles them, each once.
func TestAThousandInAttention(t *testing.T) {
	const n = 1000
	s := aloneShop(t) // it measures; the limit is for a busy machine and the race detector
	s.start(numbered(n)...)
	began := time.Now()
	l := s.run("list").ends(cli.ExitDone)
	took := time.Since(began)
	t.Logf("listed %d in %v", n, took.Round(time.Millisecond))
	if lines := strings.Count(l.out, "attention: in doubt"); lines != n || took > 2*time.Second {
		t.Errorf("%d listed in %v", lines, took)
	}
	s.away.Store(false)
	began = time.Now()
	r := s.runAs(func(c *cli.Command) { c.Err.Terminal = true },
		"retry", "-why", "in-doubt", "-definition", "shop.order", "-reason", "the bank is back", "-yes", "1000").ends(cli.ExitDone)
	t.Logf("retried %d in %v", n, time.Since(began).Round(time.Millisecond))
	r.says("1,000 interventions: 1,000 made.", "retry: 0 of 1,000", "looking: 1,000")
	if made := strings.Count(r.out, "→ running"); made != n {
		t.Errorf("%d results", made)
	}
	s.until("all to end", func() bool {
		counts, err := s.engine.Count(t.Context())
		return err == nil && counts[saga.Completed] == n
	})
	for _, id := range numbered(n) {
		if hands := s.hands(id); len(hands) != 1 || hands[0].By != "lee" || hands[0].Reason != "the bank is back" {
			t.Fatalf("%s: the history has %+v", id, hands)
		}
	}
}

// brittle is a store that takes so many commands, and then none.
type brittle struct {
	cli.Store
	left *atomic.Int64
}

func (b brittle) Instances() saga.Instances { return brittleInstances{b.Store.Instances(), b.left} }

type brittleInstances struct {
	saga.Instances
	left *atomic.Int64
}

func (b brittleInstances) Send(ctx context.Context, commands []saga.Command) error {
	if b.left.Add(-int64(len(commands))) < 0 {
		return errors.New("disk full")
	}
	return b.Instances.Send(ctx, commands)
}

// When the store fails in the middle, what was done is reported, and the rest is not claimed to be.
func TestAStoreThatFailsInTheMiddle(t *testing.T) {
	s := newShop(t)
	s.start(numbered(250)...)
	s.away.Store(false)
	var left atomic.Int64
	left.Store(200)
	r := s.runAs(func(c *cli.Command) {
		c.Open = func(ctx context.Context, name string) (cli.Store, error) {
			store, err := visit(ctx, name)
			return brittle{store, &left}, err
		}
	}, "retry", "-status", "attention", "-reason", "back", "-yes", "250").ends(cli.ExitStore)
	r.says("disk full", "look with -dry-run, then go on")
	known := strings.Count(r.out, "→ running") + strings.Count(r.out, "  waiting")
	if known == 0 || known >= 250 {
		t.Errorf("it tells of %d:\n%s", known, r.err)
	}
}

// rowsOnly is a store in memory for a test in virtual time.
type rowsOnly struct{ *memory.Store }

func (rowsOnly) Close() error { return nil }

// A log hears every few seconds how far long work is. Nobody answers here, so each part of the work
// takes as long as the wait.
func TestLongWorkSaysHowFarItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 1500
		store := memory.Open()
		s := &shop{TB: t}
		s.away.Store(true)
		s.says.Store("connection reset by peer")
		engine, err := saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, s.definition())
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		s.engine = engine
		ended := make(chan error, 1)
		go func() { ended <- engine.Run(ctx) }()
		s.start(numbered(n)...)
		stop()
		if err := errors.Join(<-ended, store.Journal().Join(t.Context(), "frozen", 0)); err != nil {
			t.Fatal(err)
		}
		began := time.Now()
		r := s.runAs(func(c *cli.Command) {
			c.Open = func(context.Context, string) (cli.Store, error) { return rowsOnly{store}, nil }
			c.Store = "memory"
		}, "stop", "-status", "attention", "-reason", "x", "-yes", "1500", "-wait", "10s").ends(cli.ExitWaiting)
		r.says("stop: 100 of 1,500\n", "1,500 interventions: 0 made, 1,500 waiting.", "no answer within 10s")
		if lines := strings.Count(r.err, "stop: "); lines < 2 || lines > 4 {
			t.Errorf("%d lines in %v of waiting:\n%s", lines, time.Since(began), r.err)
		}
	})
}
