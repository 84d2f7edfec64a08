package load

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"runtime/pprof"
	"slices"
	"strings"
	"time"
)

// Plan says which cases run and for how long.
type Plan struct {
	Venue       Venue
	Rounds      int
	Length      time.Duration
	Callers     []int
	Workloads   []Workload
	Contestants []Contestant
	Preload     int    // completed sagas that are there before each case
	Profiles    string // folder for a CPU profile of each case; "" for none
	Progress    io.Writer
}

// Play runs all cases, round by round, and checks each. The first wrong outcome ends it.
func (p Plan) Play(ctx context.Context) ([]Result, error) {
	var results []Result
	for round := range p.Rounds {
		for _, w := range p.Workloads {
			for _, c := range p.Callers {
				for _, who := range inOrder(p.Contestants, round) {
					if len(who.Only) > 0 && !slices.Contains(who.Only, w.Name) {
						continue
					}
					r, err := p.one(ctx, w, c, who, round)
					if err != nil {
						return nil, fmt.Errorf("%s, c=%d, %s: %w", w.Name, c, who.Name, err)
					}
					results = append(results, r)
					fmt.Fprintf(p.Progress, "round %d/%d  %s  c=%-3d %-25s %8.0f sagas/s, all ends right\n",
						r.Round, p.Rounds, w.Name, c, who.Name, r.Rate)
				}
			}
		}
	}
	return results, nil
}

// inOrder turns the contestants by one place a round, so that nobody always follows the same other.
func inOrder(all []Contestant, round int) []Contestant {
	first := round % len(all)
	return append(slices.Clone(all[first:]), all[:first]...)
}

// one runs a case at a place of its own, which is dropped at the end, also after an interrupt.
func (p Plan) one(ctx context.Context, w Workload, callers int, who Contestant, round int) (res Result, err error) {
	address, err := p.Venue.Fresh(ctx)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, p.Venue.Drop(context.WithoutCancel(ctx), address)) }()
	seen, err := newWitness(ctx, w)
	if err != nil {
		return res, err
	}
	defer func() { err = errors.Join(err, seen.close()) }()
	c := Case{Address: address, Workload: w, Callers: callers, Participant: seen}
	if err := p.preload(ctx, c, who); err != nil {
		return res, err
	}
	r, err := who.Open(ctx, c)
	if err != nil {
		return res, err
	}
	res = Result{Round: round + 1, Workload: w, Callers: callers, Contestant: who.Name}
	ids, err := p.timed(ctx, r, &res)
	if err != nil {
		return res, err
	}
	calls, err := seen.tallies(ctx)
	if err != nil {
		return res, fmt.Errorf("ask the participant what it saw: %w", err)
	}
	if who.Read == nil {
		return res, checkCalls(w, ids, calls)
	}
	f, err := who.Read(ctx, c, ids)
	if err != nil {
		return res, err
	}
	return res, Check(w, ids, p.Preload, f, calls)
}

func (p Plan) preload(ctx context.Context, c Case, who Contestant) error {
	if p.Preload == 0 || who.Read == nil {
		return nil
	}
	if who.Preload == nil {
		return errors.New("it cannot be preloaded; leave it out with -only")
	}
	return who.Preload(ctx, c, p.Preload)
}

// timed warms up, measures and closes. It returns the ids of all sagas, the warm-up's too.
func (p Plan) timed(ctx context.Context, r Runner, res *Result) ([]string, error) {
	err := p.Venue.Settle(ctx)
	var warm sample
	if err == nil {
		warm, err = closedLoop(ctx, res.Callers, min(p.Length/10, 300*time.Millisecond), "warm", r)
	}
	var before Usage
	if err == nil {
		before, err = p.Venue.Usage(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	runtime.GC() // what the case before left behind is not this one's
	stop, err := p.profile(*res)
	if err != nil {
		return nil, errors.Join(err, r.Close())
	}
	client, helpers := cpuTime().Seconds(), helpersTime(r)
	s, err := closedLoop(ctx, res.Callers, p.Length, "saga", r)
	helpers = helpersTime(r) - helpers
	if err = errors.Join(err, r.Close()); err != nil {
		return nil, errors.Join(err, stop())
	}
	client = cpuTime().Seconds() - client + helpers
	after, err := p.Venue.Usage(ctx)
	res.Sagas = len(s.latencies)
	res.Rate = float64(res.Sagas) / s.elapsed.Seconds()
	res.P50, res.P99 = quantile(s.latencies, 0.50), quantile(s.latencies, 0.99)
	res.Client = client / float64(max(res.Sagas, 1))
	res.Database = after.since(before, res.Sagas)
	return append(warm.ids, s.ids...), errors.Join(err, stop())
}

func helpersTime(r Runner) float64 {
	if h, ok := r.(Helper); ok {
		return h.CPU()
	}
	return 0
}

// profile begins a CPU profile if that is wanted.
func (p Plan) profile(of Result) (stop func() error, err error) {
	if p.Profiles == "" {
		return func() error { return nil }, nil
	}
	who := strings.ReplaceAll(strings.ReplaceAll(of.Contestant, ",", ""), " ", "-")
	name := fmt.Sprintf("%s-c%d-%s-%d.pprof", of.Workload.Name, of.Callers, who, of.Round)
	f, err := os.Create(filepath.Join(p.Profiles, name))
	if err != nil {
		return nil, fmt.Errorf("write a profile: %w", err)
	}
	if err := pprof.StartCPUProfile(f); err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return func() error { pprof.StopCPUProfile(); return f.Close() }, nil
}
