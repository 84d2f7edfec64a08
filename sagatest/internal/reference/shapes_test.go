package reference_test

import (
	"os"
	"strconv"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// Every shape of a saga under every single fault: of up to three steps, or as many as SAGA_STEPS says.
// SAGA_FAULTS is how many faults a schedule has at most. SAGA_SHARE=2 of SAGA_SHARES=8 is every eighth
// shape from the second on, for a run that takes hours.
func TestEveryShapeSurvives(t *testing.T) {
	everyShape(t, number("SAGA_STEPS", 3), number("SAGA_FAULTS", 1), nil)
}

// The same on a real database, of which each schedule is a life of its own: of up to two steps, or as
// many as SAGA_STORED_STEPS says.
func TestEveryShapeSurvivesOnSQLite(t *testing.T) {
	everyShape(t, number("SAGA_STORED_STEPS", 2), 1, onSQLite(t))
}

func TestEveryShapeSurvivesOnPostgreSQL(t *testing.T) {
	everyShape(t, number("SAGA_STORED_STEPS", 2), 1, onPostgreSQL(t))
}

func everyShape(t *testing.T, steps, faults int, store func() saga.Store) {
	shapes, schedules := reference.Shapes(steps), 0
	share, shares := number("SAGA_SHARE", 1), number("SAGA_SHARES", 1)
	for i, d := range shapes {
		if i%shares != share-1 {
			continue
		}
		report, failure := sagatest.Find(&sagatest.Config{Bound: faults, Random: -1, Schedules: 10_000_000, Store: store}, reference.Modelled(d))
		schedules += report.Schedules
		if failure != nil && failure.Guarantee != sagatest.Covered { // not every fault can strike every shape
			t.Errorf("%s:\n%v", d.Name, failure)
		}
		if failure == nil && !report.Complete {
			t.Errorf("%s: not everything was tried:\n%v", d.Name, report)
		}
	}
	t.Logf("share %d of %d: %d shapes of up to %d steps, %d schedules of up to %d faults", share, shares, len(shapes), steps, schedules, faults)
}

func number(name string, other int) int {
	if n, err := strconv.Atoi(os.Getenv(name)); err == nil {
		return n
	}
	return other
}
