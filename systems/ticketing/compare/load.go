package compare

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"
)

// prepared are buyers who hold a seat each: seat 1, 2, ….
func prepared(ctx context.Context, s *system, at hall, n int) ([]*buyer, error) {
	all := make([]*buyer, n)
	err := eachOf(n, 8, func(i int) error {
		b, err := s.arrives(ctx, fmt.Sprintf("buyer%d", i+1), at)
		if err != nil {
			return err
		}
		all[i] = b
		return patiently(ctx, func() error { return b.holds(ctx, at, i+1) })
	})
	return all, err
}

// eachOf calls do for 0 to n-1, so many at a time, and returns the first error.
func eachOf(n, atATime int, do func(i int) error) error {
	next, errs := make(chan int), make(chan error, n)
	var workers sync.WaitGroup
	for range atATime {
		workers.Go(func() {
			for i := range next {
				errs <- do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	workers.Wait()
	close(errs)
	for err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

// Load is what one round of payments took.
type Load struct {
	System                 string
	Concurrency            int
	P50, P95, P99, Longest time.Duration // of a payment; of fewer than 20 or 100, P95 or P99 is the longest
	PerSecond              float64
	Spans                  []Span
}

// pay measures payments, so many at a time.
func (r *Report) pay(ctx context.Context, s *system, concurrency int) error {
	n := r.config.Buyers
	at, err := s.opens(ctx, n+1) // one seat stays free
	if err != nil {
		return err
	}
	buyers, err := prepared(ctx, s, at, n)
	if err != nil {
		return err
	}
	s.spans.forget()
	took := make([]time.Duration, n)
	begun := time.Now()
	err = eachOf(n, concurrency, func(i int) error {
		begun := time.Now()
		err := buyers[i].pays(ctx)
		took[i] = time.Since(begun)
		return err
	})
	whole := time.Since(begun)
	if err != nil {
		return err
	}
	l := Load{
		System: s.name, Concurrency: concurrency, P50: quantile(took, .5), P95: quantile(took, .95), P99: quantile(took, .99),
		Longest: slices.Max(took), PerSecond: float64(n) / whole.Seconds(), Spans: s.spans.take(),
	}
	r.Loads = append(r.Loads, l)
	fmt.Fprintf(r.config.Log, "%s, %d at a time: p50 %s ms, longest %s ms, %s a second\n",
		s.name, concurrency, short(ms(l.P50)), short(ms(l.Longest)), short(l.PerSecond))
	return checked(ctx, s, at, buyers)
}
