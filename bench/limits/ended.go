package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
)

// ended compares throughput in a store that was empty and in one with n ended instances.
func ended(ctx context.Context, b *bench) (err error) {
	full, err := b.fresh(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, full.close()) }()
	from := time.Now()
	there, err := b.fill(ctx, full)
	if err != nil {
		return err
	}
	b.say("filling the store", "%.0f s", time.Since(from).Seconds())
	rates := map[string][]float64{}
	for round := range b.rounds {
		for _, name := range []string{"durable", "replayable"} {
			sides := []func() error{
				func() error { return b.empty(ctx, name, rates) },
				func() (err error) { there, err = b.beside(ctx, full, name, round, there, rates); return err },
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
	for _, name := range []string{"durable", "replayable"} {
		empty, beside := rates[name+", empty"], rates[name+", full"]
		b.spread(name+": sagas/s in an empty store", "%.0f", empty)
		b.spread(fmt.Sprintf("%s: sagas/s beside %d ended", name, b.n), "%.0f", beside)
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
	d := map[string]saga.Definition[load.Order]{"durable": s.durable, "replayable": s.replayable}[name]
	if _, _, err := s.run(ctx, d, prefix+"warm", b.length/10); err != nil {
		return 0, 0, errors.Join(err, s.close())
	}
	took, latencies, err := s.run(ctx, d, prefix, b.length)
	if err != nil {
		return 0, 0, errors.Join(err, s.close())
	}
	return float64(len(latencies)) / took.Seconds(), int(s.sagas.Load()), s.checked(ctx, p, there)
}

// fill runs one saga of each definition and copies both in SQL. What the engine keeps of a saga is
// JSON, in which the id stands wherever it is needed.
func (b *bench) fill(ctx context.Context, p *place) (int, error) {
	s, err := openShop(ctx, p, nil)
	if err != nil {
		return 0, err
	}
	err = errors.Join(s.one(ctx, s.durable, "seed-durable"), s.one(ctx, s.replayable, "seed-replayable"))
	if err != nil {
		return 0, errors.Join(err, s.close())
	}
	if err := s.checked(ctx, p, 0); err != nil {
		return 0, err
	}
	copies := max(b.n/2, 1) - 1
	for _, sql := range []string{
		`insert into saga_key (id, definition, hash, node, pos)
			select id || '-' || n, definition, hash, node, pos from saga_key, generate_series(1, $1) n`,
		`insert into saga_instance (id, definition, version, status, live, owner, due, started, updated, since, reason, step, data)
			select id || '-' || n, definition, version, status, live, owner, due, started, updated, since, reason, step,
			convert_to(replace(convert_from(data, 'UTF8'), id, id || '-' || n), 'UTF8') from saga_instance, generate_series(1, $1) n`,
		`insert into saga_history (at, id, seq, entries)
			select at, id || '-' || n, seq, convert_to(replace(convert_from(entries, 'UTF8'), id, id || '-' || n), 'UTF8')
			from saga_history, generate_series(1, $1) n`,
	} {
		if _, err := p.conn.Exec(ctx, sql, copies); err != nil {
			return 0, fmt.Errorf("copy the sagas: %w", err)
		}
	}
	if _, err := p.conn.Exec(ctx, `vacuum analyze saga_key, saga_instance, saga_history`); err != nil {
		return 0, err
	}
	there := 2 * (1 + copies)
	return there, p.check(ctx, "completed", there)
}
