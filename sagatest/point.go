package sagatest

import (
	"math/rand/v2"
	"slices"
)

// chooser decides what strikes at a point of a run: one of what is offered, or 0.
type chooser func(at int, offers kinds) Kind

// byHand strikes as a schedule says. A fault that is not offered where it should strike does not.
func byHand(s Schedule) chooser {
	next := 0
	return func(at int, offers kinds) Kind {
		for next < len(s) && s[next].At < at {
			next++
		}
		if next < len(s) && s[next].At == at && offers.has(s[next].Do) {
			return s[next].Do
		}
		return 0
	}
}

// atRandom strikes now and then, and in most runs with a few of the kinds only: a run in which
// everything is possible rarely comes to the rare things (swarm testing, Groce and others 2012). Those
// few are of the possible ones.
func atRandom(seed, number uint64, possible []Kind) chooser {
	rng := rand.New(rand.NewPCG(seed, number))
	swarm := ^kinds(0)
	if number%4 != 0 && len(possible) > 0 {
		swarm = 0
		for range 3 + rng.IntN(6) {
			swarm |= setOf(possible[rng.IntN(len(possible))])
		}
	}
	oneIn := []int{2, 4, 8, 16}[rng.IntN(4)]
	left := 1 + rng.IntN(mostFaults)
	return func(_ int, offers kinds) Kind {
		offers &= swarm
		if offers == 0 || left == 0 || rng.IntN(oneIn) != 0 {
			return 0
		}
		left--
		all := offers.list()
		return all[rng.IntN(len(all))]
	}
}

// mostFaults is how many faults a random schedule has at most.
const mostFaults = 12

// offer is what can go wrong at a point.
type offer struct {
	kinds kinds
	place Place
}

// point is a place of the run at which something can go wrong; it says what does.
func (r *run) point(place Place, offers kinds) Kind {
	offers &= r.enabled
	if offers == 0 || r.quiet > 0 || r.broken != nil || len(r.trail) == r.config.Points {
		return 0
	}
	at := len(r.trail)
	r.trail = append(r.trail, offer{offers, place})
	do := r.choose(at, offers)
	if do != 0 {
		r.struck = append(r.struck, strike{Fault{at, do}, place})
		r.note("fault", "%s at %s, point %d", do, place, at)
	}
	return do
}

// faults is what struck in the run.
func (r *run) faults() Schedule {
	s := make(Schedule, len(r.struck))
	for i, f := range r.struck {
		s[i] = f.Fault
	}
	return slices.Clip(s)
}
