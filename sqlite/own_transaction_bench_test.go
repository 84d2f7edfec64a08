package sqlite_test

import (
	"fmt"
	"slices"
	"testing"
	"time"
)

// BenchmarkOwnTransaction is an order and its refund, one after the other: from before the transaction
// until the saga has ended, and from the commit until its step is called.
func BenchmarkOwnTransaction(b *testing.B) {
	o := newOffice(b)
	engine := o.run(b, refund(o))
	var called []time.Duration
	for i := 0; b.Loop(); i++ {
		id := fmt.Sprint("o-", i)
		_, err := o.order(b.Context(), id, nil)
		must(b, err)
		committed := time.Now()
		engine.Wake()
		_, err = refund(o).Wait(b.Context(), engine, id)
		must(b, err)
		o.mu.Lock()
		if o.paid[id] != 1 {
			b.Errorf("%s was paid back %d times", id, o.paid[id])
		}
		called = append(called, o.begun[id].Sub(committed))
		o.mu.Unlock()
	}
	slices.Sort(called)
	b.ReportMetric(float64(called[len(called)/2].Microseconds())/1000, "ms-to-call-p50")
	b.ReportMetric(float64(called[len(called)*99/100].Microseconds())/1000, "ms-to-call-p99")
}
