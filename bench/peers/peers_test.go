package main

import (
	"io"
	"os"
	"testing"
	"time"

	"github.com/seosa-dev/saga/bench/internal/load"
)

func TestMain(m *testing.M) {
	if serveDTM() || load.Child() {
		return
	}
	os.Exit(m.Run())
}

// Every peer ends every saga of every workload as it should; a wrong outcome is an error of Play.
func TestPeersEndEverySaga(t *testing.T) {
	venue, err := load.OpenPostgres(t.Context(), os.Getenv("SAGA_POSTGRES"))
	if err != nil {
		t.Fatal(err)
	}
	defer venue.Close()
	s := store()
	results, err := load.Plan{
		Venue: venue, Rounds: 1, Length: 300 * time.Millisecond, Callers: []int{4},
		Workloads: s.Workloads, Contestants: s.Contestants, Progress: io.Discard,
	}.Play(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if want := len(s.Workloads) * len(s.Contestants); len(results) != want {
		t.Errorf("%d results, want %d", len(results), want)
	}
}
