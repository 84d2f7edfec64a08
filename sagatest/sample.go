package sagatest

import (
	"math/rand/v2"
	"slices"
)

// sample keeps the schedules that are offered to it, or an even sample of them if there are too many
// (reservoir sampling, Vitter 1985).
type sample struct {
	most    int
	offered int
	kept    []Schedule
	rng     *rand.Rand
}

func newSample(most int, seed uint64) *sample {
	return &sample{most: most, rng: rand.New(rand.NewPCG(seed, 2))}
}

// whole reports whether nothing was left out.
func (s *sample) whole() bool { return s.offered == len(s.kept) }

// extend offers a schedule with one more fault, for each that could strike after its last one.
func (s *sample) extend(schedule Schedule, trail []offer) {
	from := 0
	if len(schedule) > 0 {
		from = schedule[len(schedule)-1].At + 1
	}
	for at := from; at < len(trail); at++ {
		for _, k := range trail[at].kinds.list() {
			s.offer(schedule, Fault{at, k})
		}
	}
}

func (s *sample) offer(schedule Schedule, f Fault) {
	s.offered++
	place := len(s.kept)
	if place == s.most {
		if place = s.rng.IntN(s.offered); place >= s.most {
			return
		}
	} else {
		s.kept = append(s.kept, nil)
	}
	s.kept[place] = append(slices.Clip(slices.Clone(schedule)), f)
}
