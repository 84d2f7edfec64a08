package sagatest

import (
	"fmt"
	"io"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seosa-dev/saga"
)

// search looks for a schedule that breaks a guarantee.
type search struct {
	config   Config
	build    func(*World) *plainCase
	of       *plainCase // as the first run built it
	modelled []bool
	tally    tally
}

// result is what a run leaves behind.
type result struct {
	trail  []offer
	struck []strike
	called []bool
	end    string
	broken *violation
	whole  bool // the run came to its end
}

// find runs the undisturbed schedule, then all of few faults, then random ones.
func (s *search) find() (Report, *Failure) {
	began := time.Now()
	failure := s.first()
	if failure == nil {
		failure = s.exhaust()
	}
	if failure == nil {
		failure = s.atRandom()
	}
	if failure == nil {
		failure = s.complete()
	}
	report := s.tally.report(s)
	if failure == nil {
		failure = s.covered(&report)
	}
	report.Took = time.Since(began)
	return report, failure
}

// first is the run in which nothing goes wrong. It finds out which steps tell of their effects, and
// then runs again to be held to what they tell.
func (s *search) first() *Failure {
	rd := &reader{}
	r := s.run(rd, byHand(nil), false)
	s.of = r.of
	if r.broken == nil {
		if what := s.fit(r); what != "" {
			first := r.result()
			s.tally.add(&first)
			story := s.run(rd, byHand(nil), true).story
			return &Failure{Guarantee: Explorable, Needed: 1, What: what, Story: abridged(story)}
		}
		r = s.run(rd, byHand(nil), false)
	}
	return s.take([]result{r.result()})
}

// run plays one schedule.
func (s *search) run(rd *reader, choose chooser, telling bool) *run {
	r := newRun(&s.config, rd, choose)
	r.modelled, r.telling = s.modelled, telling
	r.begin(s.build)
	if r.broken == nil {
		r.guard(Sound, "the engine, or its store,", r.play)
	}
	if c, ok := r.store.(io.Closer); ok {
		if err := c.Close(); err != nil {
			r.violate(Explorable, "the store cannot be closed: %v", err)
		}
	}
	return r
}

func (r *run) result() result {
	return result{trail: r.trail, struck: r.struck, called: r.called, end: r.end(), broken: r.broken, whole: true}
}

func (r *run) end() string {
	switch {
	case !r.exists:
		return "not started"
	case r.seen.Status == saga.NeedsAttention:
		return fmt.Sprintf("%s: %s", r.seen.Status, r.seen.Reason)
	}
	return string(r.seen.Status)
}

// exhaust runs every schedule with one fault, then with two, up to the bound. A schedule is
// extended at the points that follow its last fault, so that each is run once.
func (s *search) exhaust() *Failure {
	left := s.config.Schedules
	level := newSample(left, s.config.Seed)
	level.extend(nil, s.tally.trail)
	complete := true
	for faults := 1; faults <= s.config.Bound && left > 0; faults++ {
		complete = complete && level.whole()
		schedules := level.kept
		left -= len(schedules)
		level = newSample(left, s.config.Seed+uint64(faults))
		failure := s.all(len(schedules), func(i int) chooser { return byHand(schedules[i]) }, func(i int, r *result) {
			if faults < s.config.Bound {
				level.extend(schedules[i], r.trail)
			}
		})
		if failure != nil {
			return failure
		}
	}
	s.tally.complete = complete && level.whole()
	return nil
}

func (s *search) atRandom() *Failure {
	before, possible := s.tally.schedules, s.possible()
	defer func() { s.tally.random = s.tally.schedules - before }()
	return s.all(s.config.Random, func(i int) chooser { return atRandom(s.config.Seed, uint64(i), possible) }, func(int, *result) {})
}

// all runs n schedules on all processors, and takes in their results in order.
func (s *search) all(n int, choose func(i int) chooser, each func(i int, r *result)) *Failure {
	const batch = 512
	readers := make([]reader, runtime.GOMAXPROCS(0))
	for from := 0; from < n; from += batch {
		results := make([]result, min(batch, n-from))
		var next atomic.Int64
		var found atomic.Bool
		var workers sync.WaitGroup
		for w := range readers {
			workers.Go(func() {
				for !found.Load() {
					i := int(next.Add(1)) - 1
					if i >= len(results) {
						return
					}
					r := s.run(&readers[w], choose(from+i), false)
					if r.slow() { // or the machine was: then it goes well now
						r = s.run(&readers[w], choose(from+i), false)
					}
					results[i] = r.result()
					if r.broken != nil {
						found.Store(true) // what is still to be begun comes later
					}
				}
			})
		}
		workers.Wait()
		if failure := s.take(results); failure != nil {
			return failure
		}
		for i := range results {
			each(from+i, &results[i])
		}
	}
	return nil
}

// take counts results, up to the first that is broken, and makes the failure of that.
func (s *search) take(results []result) *Failure {
	for i := range results {
		r := &results[i]
		s.tally.add(r)
		if !r.whole {
			return &Failure{Guarantee: Explorable, Needed: s.tally.schedules, What: "a function of the case ended its goroutine, " +
				"as t.Fatal and t.FailNow do; return an error instead, from Check for example"}
		}
		if r.broken != nil {
			return s.failure(r)
		}
	}
	return nil
}

// failure shrinks what a run showed, and has its story told.
func (s *search) failure(r *result) *Failure {
	schedule := make(Schedule, len(r.struck))
	for i, f := range r.struck {
		schedule[i] = f.Fault
	}
	needed := s.tally.schedules
	if !r.broken.slow { // each try would take as long
		schedule = s.shrink(schedule, r.broken.guarantee)
	}
	_, failure := s.play(schedule)
	if failure == nil {
		return &Failure{Guarantee: Explorable, Schedule: schedule, Needed: needed, What: fmt.Sprintf(
			"%s: %s; and the same schedule again did not break it: the case depends on something outside of it, such as the clock, "+
				"chance, the order of a map or a variable that cases share", r.broken.guarantee, r.broken.what)}
	}
	failure.Needed = needed
	return failure
}

// play runs one schedule and tells its story.
func (s *search) play(schedule Schedule) ([]string, *Failure) {
	if s.of == nil {
		if failure := s.first(); failure != nil {
			return failure.Story, failure
		}
	}
	sorted := slices.Clone(schedule)
	slices.SortStableFunc(sorted, func(a, b Fault) int { return a.At - b.At })
	r := s.run(&reader{}, byHand(sorted), true)
	if r.broken == nil {
		return r.story, nil
	}
	return r.story, &Failure{Guarantee: r.broken.guarantee, What: r.broken.what, Schedule: r.faults(), Story: abridged(r.story), Needed: 1}
}
