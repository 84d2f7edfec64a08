package sqlite_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
)

func TestClose(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	store := open(t, path)
	if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		closed(t, store)
	}
	if err := store.Journal().Seal(t.Context(), "a"); err == nil || errors.Is(err, saga.ErrSealed) {
		t.Errorf("a write after Close: got %v, want another error", err)
	}
	if _, err := store.Journal().Tail(t.Context(), "a"); err == nil {
		t.Error("a read after Close succeeded")
	}
	if _, err := os.Stat(path + "-wal"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the log is still there after Close: %v", err)
	}
	again := open(t, path)
	tail, err := again.Journal().Tail(t.Context(), "a")
	if err != nil || len(tail.Positions) != 1 {
		t.Errorf("after opening again: got %+v, error %v", tail, err)
	}
	nodes, err := again.Instances().Nodes(t.Context())
	if err != nil || len(nodes) != 1 || !nodes[0].Gone {
		t.Errorf("after opening again: got nodes %+v, want one that is gone; error %v", nodes, err)
	}
}

// TestCloseDuringWrites closes while others write: each write has happened or says that it has not.
func TestCloseDuringWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	store := open(t, path)
	if err := store.Journal().Join(t.Context(), "a", 0); err != nil {
		t.Fatal(err)
	}
	var accepted int64
	var wg sync.WaitGroup
	some := make(chan struct{})
	wg.Go(func() {
		for pos := int64(1); ; pos++ {
			if _, err := store.Journal().Append(t.Context(), saga.Append{Node: "a", Position: pos}); err != nil {
				return
			}
			if accepted = pos; pos == 20 {
				close(some)
			}
		}
	})
	<-some
	closed(t, store)
	wg.Wait()
	tail, err := open(t, path).Journal().Tail(t.Context(), "a")
	if err != nil || int64(len(tail.Positions)) != accepted+1 {
		t.Errorf("%d appends were accepted, the journal has %d positions; error %v", accepted, len(tail.Positions), err)
	}
}

func TestEndedContextWritesNothing(t *testing.T) {
	store := open(t, filepath.Join(t.TempDir(), "sagas.db"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := store.Journal().Join(ctx, "a", 0); !errors.Is(err, context.Canceled) {
		t.Errorf("join with an ended context: %v", err)
	}
	if tail, err := store.Journal().Tail(t.Context(), "a"); err != nil || len(tail.Positions) != 0 {
		t.Errorf("it wrote %+v; error %v", tail, err)
	}
}
