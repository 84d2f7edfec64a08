package saga_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// pausing is a store whose appends can be held up, as a stopped process or a cut link holds them.
type pausing struct {
	saga.Store
	mu   sync.Mutex
	gate chan struct{} // nil if open
}

func (p *pausing) Journal() saga.Journal { return pausingJournal{p.Store.Journal(), p} }

type pausingJournal struct {
	saga.Journal
	p *pausing
}

func (j pausingJournal) Append(ctx context.Context, a saga.Append) ([]string, error) {
	j.p.mu.Lock()
	gate := j.p.gate
	j.p.mu.Unlock()
	if gate != nil {
		<-gate
	}
	return j.Journal.Append(ctx, a)
}

func (p *pausing) pause() { p.mu.Lock(); p.gate = make(chan struct{}); p.mu.Unlock() }
func (p *pausing) wake()  { p.mu.Lock(); close(p.gate); p.gate = nil; p.mu.Unlock() }

type errand struct{ Name string }

// ledger is a participant that counts what it did under each key.
type ledger struct {
	mu   sync.Mutex
	done map[string]int
}

func (l *ledger) do(_ context.Context, _ *errand, a saga.Attempt) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.done[a.Key.String()] == 0 { // its barrier
		l.done[a.Key.String()]++
	}
	return nil
}

// A node that is silent for a lease is taken over by another one; when it wakes it finds itself
// sealed, rejoins, and goes on. Everything ends once.
func TestPausedNodeIsTakenOverAndRejoins(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quiet := slog.New(slog.NewTextHandler(io.Discard, nil))
		book := &ledger{done: map[string]int{}}
		def := saga.Definition[errand]{Name: "errand", Version: 1, Steps: []saga.Step[errand]{
			{Name: "a", Action: book.do, Compensation: book.do, Replayable: true},
			{Name: "b", Action: book.do, Compensation: book.do},
			{Name: "c", Kind: saga.Pivot, Action: book.do, Replayable: true},
		}}
		store := memory.Open()
		slow := &pausing{Store: store}
		ctx, stop := context.WithCancel(t.Context())
		var running sync.WaitGroup
		engines := map[string]*saga.Engine{}
		for name, s := range map[string]saga.Store{"slow": slow, "other": store} {
			e, err := saga.New(s, &saga.Config{Node: name, Logger: quiet}, def)
			if err != nil {
				t.Fatal(err)
			}
			engines[name] = e
			running.Go(func() {
				if err := e.Run(ctx); err != nil {
					t.Errorf("%s: %v", name, err)
				}
			})
		}
		var ids []string
		for i := range 20 {
			id := fmt.Sprint("errand-", i)
			if _, err := def.Start(ctx, engines["slow"], id, errand{id}); err != nil {
				t.Fatal(err)
			}
			if i == 10 {
				slow.pause() // with some ended, some under way, and the rest cut off
				break
			}
			ids = append(ids, id)
		}
		waiting, cut := context.WithTimeout(ctx, 30*time.Second) // six leases
		defer cut()
		for _, id := range append(ids, "errand-10") {
			if _, err := def.Wait(waiting, engines["other"], id); err != nil {
				t.Errorf("%s did not complete on the other node: %v", id, err)
			}
		}
		slow.wake()
		if _, err := def.Start(ctx, engines["slow"], "after", errand{"after"}); err != nil {
			t.Errorf("the node that was sealed does not start anything: %v", err)
		}
		if _, err := def.Wait(ctx, engines["slow"], "after"); err != nil {
			t.Error(err)
		}
		stop()
		running.Wait()
		for key, n := range book.done {
			if n != 1 {
				t.Errorf("%s took effect %d times", key, n)
			}
		}
		if len(book.done) != 3*12 {
			t.Errorf("%d effects, want %d", len(book.done), 3*12)
		}
	})
}
