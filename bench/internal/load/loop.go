package load

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// sample is what a closed loop saw.
type sample struct {
	ids       []string
	latencies []time.Duration
	elapsed   time.Duration
}

// closedLoop lets callers run one saga after the other until the time is over and the last of them
// has its answer. The first error ends it.
func closedLoop(ctx context.Context, callers int, length time.Duration, prefix string, r Runner) (sample, error) {
	ctx, fail := context.WithCancelCause(ctx)
	defer fail(nil)
	parts := make([]sample, callers)
	began := time.Now()
	var all sync.WaitGroup
	for c := range callers {
		all.Go(func() {
			for n := 0; time.Since(began) < length && ctx.Err() == nil; n++ {
				id, from := fmt.Sprintf("%s%d-%d", prefix, c, n), time.Now()
				if err := r.Saga(ctx, id); err != nil {
					fail(fmt.Errorf("saga %s: %w", id, err))
					return
				}
				parts[c].ids = append(parts[c].ids, id)
				parts[c].latencies = append(parts[c].latencies, time.Since(from))
			}
		})
	}
	all.Wait()
	total := sample{elapsed: time.Since(began)}
	for _, p := range parts {
		total.ids = append(total.ids, p.ids...)
		total.latencies = append(total.latencies, p.latencies...)
	}
	slices.Sort(total.latencies)
	return total, context.Cause(ctx)
}

// quantile reads a sorted sample: the smallest value that at least the part q does not exceed.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	at := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// median of numbers; of an even count the mean of the two in the middle.
func median(of []float64) float64 {
	sorted := slices.Sorted(slices.Values(of))
	n := len(sorted)
	if n == 0 {
		return 0
	}
	return (sorted[(n-1)/2] + sorted[n/2]) / 2
}
