package planted_test

import (
	"runtime"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/sagatest/internal/planted"
)

const root = "../../.."

// Every bug that is planted is found. One that is not means that the explorer's silence says little.
func TestEveryPlantedBugIsCaught(t *testing.T) {
	t.Parallel()
	bugs := planted.Bugs()
	if len(bugs) < 52 {
		t.Fatalf("only %d bugs", len(bugs))
	}
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var hunts sync.WaitGroup
	for _, b := range bugs {
		hunts.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			catch, err := b.Hunt(t.Context(), root)
			switch {
			case err != nil:
				t.Error(err)
			case !catch.Caught:
				t.Errorf("%s: not caught in %d schedules", b.Name, catch.Schedules)
			default:
				t.Logf("%s: %d schedules, %s", b.Name, catch.Schedules, catch.Guarantee)
			}
		})
	}
	hunts.Wait()
}

// A bug whose words are gone from the source plants nothing, and says so.
func TestWordsThatAreGone(t *testing.T) {
	b := planted.Bug{Name: "gone", Edits: []planted.Edit{{File: "decide.go", Old: "no such words", New: "none"}}}
	if _, err := b.Hunt(t.Context(), root); err == nil {
		t.Error("a bug that is not in the source was hunted")
	}
}

// Without a bug the same hunt finds nothing.
func TestNoBugNoCatch(t *testing.T) {
	t.Parallel()
	catch, err := planted.Bug{Name: "none"}.Hunt(t.Context(), root)
	if err != nil || catch.Caught {
		t.Errorf("caught %+v, %v", catch, err)
	}
}
