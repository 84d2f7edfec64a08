package main

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

// payout is the state of the saga here.
type payout struct{ Cents int64 }

// node is an engine on a schema, with a bank that can be away.
type node struct {
	*saga.Engine
	pay  saga.Definition[payout]
	away atomic.Bool
	stop func()
}

func newNode(t *testing.T, url string) *node {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, &postgres.Config{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	n := &node{}
	bank := func(context.Context, *payout, saga.Attempt) error {
		if n.away.Load() {
			return errors.New("connection reset")
		}
		return nil
	}
	n.pay = saga.Definition[payout]{Name: "payout", Version: 1, LeaveInDoubt: true, Steps: []saga.Step[payout]{{
		Name: "pay", Kind: saga.Pivot, Action: bank, Probe: bank, Fence: bank, Replayable: true,
		Retry: saga.RetryPolicy{MaxAttempts: 1},
	}}}
	if n.Engine, err = saga.New(store, &saga.Config{Logger: slog.New(slog.DiscardHandler)}, n.pay); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- n.Run(ctx) }()
	n.stop = func() {
		cancel()
		if err := errors.Join(<-ended, store.Close()); err != nil {
			t.Error(err)
		}
	}
	return n
}

// standing waits until the instance's row has a status: rows are written a moment behind.
func (n *node) standing(t *testing.T, want saga.Status) {
	t.Helper()
	ticks := time.NewTicker(5 * time.Millisecond)
	defer ticks.Stop()
	late := time.After(time.Minute)
	for {
		counts, err := n.Count(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if counts[want] == 1 {
			return
		}
		select {
		case <-ticks.C:
		case <-late:
			t.Fatalf("waited in vain for %s; there are %v", want, counts)
		}
	}
}

// A payout is in doubt. It is found, looked at and settled while its engine runs.
func TestAPersonSettlesWhatIsOnPostgreSQL(t *testing.T) {
	url := pgtest.URL(t)
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	n := newNode(t, url)
	n.away.Store(true)
	if _, err := n.pay.Start(t.Context(), n.Engine, "p-9", payout{Cents: 500}); err != nil {
		t.Fatal(err)
	}
	n.standing(t, saga.NeedsAttention)
	seosa(t, url, "list").ends(cli.ExitDone, "p-9  payout      attention: in doubt", "1 need attention")
	seosa(t, url, "show", "p-9").ends(cli.ExitDone, "p-9/pay", "connection reset", "→ needs attention: in doubt")
	seosa(t, url, "show", "p-8").ends(cli.ExitNone, "there is no instance p-8 in ", "search_path=")
	n.away.Store(false)
	seosa(t, url, "retry", "p-9", "-reason", "the bank is back", "-dry-run").ends(cli.ExitDone, "1 would be made")
	seosa(t, url, "retry", "p-9", "-reason", "the bank is back", "-wait", "1m").ends(cli.ExitDone, "1 made.")
	n.standing(t, saga.Completed)
	seosa(t, url, "show", "p-9").ends(cli.ExitDone, "lee retried pay", "because: the bank is back", "→ completed")
	n.stop()
	seosa(t, url, "list").ends(cli.ExitDone, "No engine runs on this store")
}

// An engine whose process lost touch with the server does nothing, until it is back or another
// takes its instances over.
func TestAnEngineThatIsAbsentDoesNotRun(t *testing.T) {
	url := pgtest.URL(t)
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	store, err := postgres.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if err := store.Journal().Join(t.Context(), "dead", 0); err != nil {
		t.Fatal(err)
	}
	if r := seosa(t, url, "list").ends(cli.ExitDone); r.out != "Nothing is on its way and nothing needs you. In the store: 0 need attention, 0 compensating, 0 running, 0 ended.\n" {
		t.Errorf("it prints %s", r.out)
	}
	if err := store.Close(); err != nil {
		t.Fatal(err)
	}
	seosa(t, url, "list").ends(cli.ExitDone, "No engine runs on this store")
}
