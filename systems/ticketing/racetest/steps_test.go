package racetest_test

import (
	"slices"
	"testing"
	"time"
)

// logSteps prints how long the steps took those who took them.
func logSteps(t *testing.T, buyers []*buyer) {
	t.Helper()
	tries, tickets, repeats := 0, 0, int64(0)
	for _, b := range buyers {
		tries += b.tries
		repeats += b.repeats.Load()
		if b.seat != 0 {
			tickets++
		}
	}
	t.Logf("%d seats were tried for %d tickets; %d requests were repeated because a service could not answer", tries, tickets, repeats)
	for _, step := range []string{"enter", "wait", "hold", "pay"} {
		var took []time.Duration
		for _, b := range buyers {
			if d, did := b.took[step]; did {
				took = append(took, d)
			}
		}
		slices.Sort(took)
		t.Logf("%-5s  %5d times  p50 %8v  p95 %8v  p99 %8v", step, len(took), percentile(took, 50), percentile(took, 95), percentile(took, 99))
	}
}

func percentile(sorted []time.Duration, p int) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[(len(sorted)*p-1)/100].Round(100 * time.Microsecond)
}
