package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
)

// comparedFor is the longest that one side of a comparison runs.
const comparedFor = 5 * time.Second

// compare runs the same load in a store that was empty and in one in which there are sagas that
// ended, one after the other in each round, so that a slow minute of the machine slows both.
func (b *bench) compare(ctx context.Context, full *place, there int, names ...string) error {
	rates, held := map[string][]float64{}, there
	for round := range b.rounds {
		for _, name := range names {
			sides := []func() error{
				func() error { return b.empty(ctx, name, rates) },
				func() (err error) { held, err = b.beside(ctx, full, name, round, held, rates); return err },
			}
			if round%2 == 1 { // nobody always follows the same other
				sides[0], sides[1] = sides[1], sides[0]
			}
			for _, side := range sides {
				if err := side(); err != nil {
					return err
				}
			}
		}
	}
	for _, name := range names {
		empty, beside := rates[name+", empty"], rates[name+", full"]
		b.spread(name+": sagas/s in an empty store", "%.0f", empty)
		b.spread(fmt.Sprintf("%s: sagas/s beside %d ended", name, there), "%.0f", beside)
		ratios := make([]float64, b.rounds)
		for i := range ratios {
			ratios[i] = beside[i] / empty[i]
		}
		b.spread(name+": ratio within a round", "%.2f", ratios)
	}
	return nil
}

func (b *bench) empty(ctx context.Context, name string, rates map[string][]float64) (err error) {
	p, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	rate, _, err := b.throughput(ctx, p, name, "e", 0)
	rates[name+", empty"] = append(rates[name+", empty"], rate)
	return err
}

// beside runs in the full store, and returns how many are there afterwards.
func (b *bench) beside(ctx context.Context, p *place, name string, round, there int, rates map[string][]float64) (int, error) {
	rate, more, err := b.throughput(ctx, p, name, fmt.Sprintf("f%d%s", round, name), there)
	rates[name+", full"] = append(rates[name+", full"], rate)
	return there + more, err
}

// throughput returns sagas per second and how many sagas there were, the warm-up's too.
func (b *bench) throughput(ctx context.Context, p *place, name, prefix string, there int) (float64, int, error) {
	if err := b.venue.Settle(ctx); err != nil {
		return 0, 0, err
	}
	s, err := openShop(ctx, p, nil)
	if err != nil {
		return 0, 0, err
	}
	length := min(b.length, comparedFor)
	d := map[string]saga.Definition[load.Order]{"durable": s.durable, "replayable": s.replayable}[name]
	if _, _, err := s.run(ctx, d, prefix+"warm", length/10); err != nil {
		return 0, 0, errors.Join(err, s.close())
	}
	took, latencies, err := s.run(ctx, d, prefix, length)
	if err != nil {
		return 0, 0, errors.Join(err, s.close())
	}
	return float64(len(latencies)) / took.Seconds(), int(s.sagas.Load()), s.checked(ctx, p, there)
}
