package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"time"
)

// plan says which cases run and for how long.
type plan struct {
	dir         string
	rounds      int
	length      time.Duration
	callers     []int
	workloads   []workload
	contestants []contestant
	progress    io.Writer
}

// play runs all cases, round by round, and checks each. The first wrong outcome ends it.
func play(ctx context.Context, p plan) ([]result, error) {
	var results []result
	for round := range p.rounds {
		for _, w := range p.workloads {
			for _, c := range p.callers {
				for _, who := range inOrder(p.contestants, round) {
					r, err := p.one(ctx, w, c, who)
					if err != nil {
						return nil, fmt.Errorf("%s, c=%d, %s: %w", w.name, c, who.name, err)
					}
					r.round = round + 1
					results = append(results, r)
					fmt.Fprintf(p.progress, "round %d/%d  %s  c=%-3d %-25s %8.0f sagas/s, all ends right\n",
						r.round, p.rounds, w.name, c, who.name, r.rate)
				}
			}
		}
	}
	return results, nil
}

// inOrder turns the contestants by one place a round, so that nobody always follows the same other.
func inOrder(all []contestant, round int) []contestant {
	first := round % len(all)
	return append(slices.Clone(all[first:]), all[:first]...)
}

// one runs a case in a folder of its own, which is removed with its file.
func (p plan) one(ctx context.Context, w workload, callers int, who contestant) (res result, err error) {
	dir, err := os.MkdirTemp(p.dir, "case-")
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	path := filepath.Join(dir, "sagas.db")
	seen := newParticipant(w)
	r, err := who.open(ctx, path, w, seen)
	if err != nil {
		return res, err
	}
	res, ids, err := timed(ctx, r, callers, p.length)
	if err != nil {
		return res, err
	}
	res.workload, res.contestant = w, who.name
	f, err := who.read(ctx, path, w, ids)
	if err != nil {
		return res, err
	}
	return res, check(w, ids, f, seen.calls)
}

// timed warms up, measures and closes. It returns the ids of all sagas, the warm-up's too.
func timed(ctx context.Context, r runner, callers int, length time.Duration) (result, []string, error) {
	warm, err := closedLoop(ctx, callers, min(length/10, 300*time.Millisecond), "warm", r)
	if err != nil {
		return result{}, nil, errors.Join(err, r.close())
	}
	runtime.GC() // what the case before left behind is not this one's
	before := cpuTime()
	l, err := closedLoop(ctx, callers, length, "saga", r)
	if err = errors.Join(err, r.close()); err != nil {
		return result{}, nil, err
	}
	n := max(len(l.latencies), 1)
	return result{
		callers: callers, sagas: len(l.latencies), rate: float64(len(l.latencies)) / l.elapsed.Seconds(),
		p50: quantile(l.latencies, 0.50), p99: quantile(l.latencies, 0.99),
		cpu: (cpuTime() - before) / time.Duration(n),
	}, append(warm.ids, l.ids...), nil
}
