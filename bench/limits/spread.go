package main

import (
	"cmp"
	"fmt"
	"slices"
	"time"
)

// quantile reads a sorted sample: the smallest value that at least the part q does not exceed.
func quantile[T cmp.Ordered](sorted []T, q float64) (v T) {
	if len(sorted) == 0 {
		return v
	}
	at := int(q*float64(len(sorted))+0.999999) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

// spread notes the median of a figure over rounds, with the smallest and the largest.
func (b *bench) spread(what, format string, all []float64) {
	sorted := slices.Sorted(slices.Values(all))
	f := b.say(what, format, quantile(sorted, 0.5))
	f.spread = fmt.Sprintf(format+" to "+format, sorted[0], sorted[len(sorted)-1])
}

// latencies notes the median and the 99th percentile of a sorted sample.
func (b *bench) latencies(what string, sorted []time.Duration) {
	f := b.say(what+", p50 and p99", "%.1f ms, %.1f ms", ms(quantile(sorted, 0.5)), ms(quantile(sorted, 0.99)))
	f.spread = fmt.Sprintf("%.1f to %.1f ms", ms(sorted[0]), ms(sorted[len(sorted)-1]))
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }
