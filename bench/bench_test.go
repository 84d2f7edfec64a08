package main

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/seosa-dev/saga/bench/internal/load"
)

func TestMain(m *testing.M) {
	if load.Child() {
		return
	}
	os.Exit(m.Run())
}

// Every contestant of every store ends every saga as it should, beside others that are in the store
// before.
func TestEveryStoreIsPlayed(t *testing.T) {
	for _, store := range stores() {
		t.Run(store.Name, func(t *testing.T) {
			o, err := load.ParseOptions(stores(), []string{"-store", store.Name, "-dir", t.TempDir()}, io.Discard)
			if err != nil {
				t.Fatal(err)
			}
			venue, err := store.Open(t.Context(), o)
			if err != nil {
				t.Fatal(err)
			}
			defer func() {
				if err := venue.Close(); err != nil {
					t.Error(err)
				}
			}()
			p := load.Plan{
				Venue: venue, Rounds: 1, Length: 100 * time.Millisecond, Callers: []int{1, 8},
				Workloads: store.Workloads, Contestants: store.Contestants, Progress: io.Discard,
			}
			if store.Name == "postgres" {
				p.Preload = 50
			}
			results, err := p.Play(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			groups := load.Summarise(results, store.Baseline)
			if len(groups) != len(p.Workloads)*len(p.Callers) {
				t.Errorf("%d groups of results for %d workloads and %d numbers of callers", len(groups), len(p.Workloads), len(p.Callers))
			}
			if facts, err := venue.Facts(t.Context()); err != nil || len(facts) == 0 {
				t.Errorf("facts %q, %v", facts, err)
			}
		})
	}
}

// A case in memory would measure nothing; a folder that was used is removed.
func TestFolderIsRemoved(t *testing.T) {
	dir := t.TempDir()
	o, err := load.ParseOptions(stores(), []string{"-store", "sqlite", "-dir", dir}, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	venue, err := openFolder(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := venue.Fresh(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := venue.Close(); err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
		t.Errorf("left behind in the data folder: %v, %v", left, err)
	}
}
