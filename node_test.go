package saga_test

import (
	"maps"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// Random schedules of two nodes over a store, with every fault that the engine claims to survive.
// Whatever happens, each acknowledged instance ends as it truly is.
func TestNodesSurviveRandomSchedules(t *testing.T) {
	saga.OnOneGoroutine(t)
	schedules := 3000
	if n, err := strconv.Atoi(os.Getenv("SAGA_SCHEDULES")); err == nil {
		schedules = n // for a night's run
	}
	var mu sync.Mutex
	total := map[string]int{}
	t.Run("schedules", func(t *testing.T) {
		const shares = 4
		for share := range uint64(shares) {
			t.Run(strconv.Itoa(int(share)), func(t *testing.T) {
				t.Parallel()
				seen := map[string]int{}
				for seed := share; seed < uint64(schedules); seed += shares {
					for name, n := range saga.Simulate(t, memory.Open(), seed) {
						seen[name] += n
					}
				}
				mu.Lock()
				defer mu.Unlock()
				for name, n := range seen {
					total[name] += n
				}
			})
		}
	})
	for _, name := range []string{"crash", "pause beyond the lease", "append answer lost", "checkpoint answer lost",
		"claim answer lost", "lost before the effect", "lost after the effect", "late original", "late effect",
		"refused", "not done", "sealed", "takeover", "resumed", "leave in order", "left", "not started",
		"timer", "not needed", "pending", "reply lost", "reply twice", "reply heard", "reply too late", "reply kept before", "transaction committed", "transaction rolled back", "held for a transaction", "held for a node", "intervention made", "intervention refused at once", "intervention refused later"} {
		if total[name] == 0 {
			t.Errorf("fault %q never happened: the schedules prove nothing about it", name)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(total)) {
		t.Logf("%6d %s", total[name], name)
	}
}
