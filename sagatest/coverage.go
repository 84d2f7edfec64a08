package sagatest

import (
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
)

// tally adds up what runs did.
type tally struct {
	schedules, random int
	complete          bool
	trail             []offer // of the first run
	struck            [lastKind + 1][places]int
	offered           [lastKind + 1][places]Schedule // the first schedule that would have struck so
	ends              map[string]int
	called            []bool
}

func (t *tally) add(r *result) {
	if t.schedules == 0 {
		t.trail, t.called, t.ends = r.trail, make([]bool, len(r.called)), map[string]int{}
	}
	t.schedules++
	t.note(r)
	for _, f := range r.struck {
		t.struck[f.Do][f.place]++
	}
	for i, c := range r.called {
		t.called[i] = t.called[i] || c
	}
	t.ends[r.end]++
}

// note keeps the first schedule that leads to each kind of fault at each place.
func (t *tally) note(r *result) {
	for at, o := range r.trail {
		for k := Kind(1); k <= lastKind; k++ {
			if !o.kinds.has(k) || t.offered[k][o.place] != nil {
				continue
			}
			s := Schedule{}
			for _, f := range r.struck {
				if f.At < at {
					s = append(s, f.Fault)
				}
			}
			t.offered[k][o.place] = append(s, Fault{at, k})
		}
	}
}

func (t *tally) report(s *search) Report {
	out := Report{
		Schedules: t.schedules, Random: t.random, Complete: t.complete, Ends: t.ends,
		Struck: map[Kind]int{}, Places: map[Place]int{}, NotOffered: map[Kind]string{},
	}
	for k := range t.struck {
		for p, n := range t.struck[k] {
			if n > 0 {
				out.Struck[Kind(k)] += n
				out.Places[Place(p)] += n
			}
		}
	}
	for i := range s.of.steps {
		st := &s.of.steps[i]
		if i < len(s.modelled) && !s.modelled[i] {
			out.NotModelled = append(out.NotModelled, st.name)
		}
		for c, call := range []saga.CallKind{saga.CallAction, saga.CallProbe, saga.CallFence, saga.CallCompensation} {
			if st.has(call) && !t.called[4*i+c] {
				out.NotCalled = append(out.NotCalled, st.name+" "+string(call))
			}
		}
	}
	return out
}

// complete runs what neither the search nor chance has come to: each kind of fault strikes at least
// once at each place where some run could have been struck by it.
func (s *search) complete() *Failure {
	var missing []Schedule
	for k := range s.tally.offered {
		for p, schedule := range s.tally.offered[k] {
			if schedule != nil && s.tally.struck[k][p] == 0 {
				missing = append(missing, schedule)
			}
		}
	}
	return s.all(len(missing), func(i int) chooser { return byHand(missing[i]) }, func(int, *result) {})
}

// covered fails an exploration that passed without having tried what it should have.
func (s *search) covered(report *Report) *Failure {
	var missing []string
	for _, k := range s.config.enabled().list() {
		if report.Struck[k] > 0 {
			continue
		}
		if why := s.impossible(k); why != "" {
			report.NotOffered[k] = why
			continue
		}
		missing = append(missing, k.String())
	}
	if len(missing) == 0 {
		return nil
	}
	return &Failure{Guarantee: Covered, Needed: s.tally.schedules, What: fmt.Sprintf(
		"no guarantee was broken in %d schedules, but %s never came to strike; raise Config.Bound or Random, or name what should not strike in Config.Without",
		s.tally.schedules, strings.Join(missing, ", "))}
}

// possible lists the kinds that some run offered so far.
func (s *search) possible() (out []Kind) {
	for k := range s.tally.offered {
		for _, schedule := range s.tally.offered[k] {
			if schedule != nil {
				out = append(out, Kind(k))
				break
			}
		}
	}
	return out
}

// impossible says why a kind of fault cannot strike a case; "" if it should have been able to.
func (s *search) impossible(k Kind) string {
	told := func(steps func(*stepFacts) bool) bool {
		for i := range s.of.steps {
			if steps(&s.of.steps[i]) {
				return true
			}
		}
		return false
	}
	switch {
	case k == Stalled && s.of.deadline == 0:
		return "the definition has no Deadline"
	case k == StartsOther && s.of.other == nil:
		return "the input has no field of text, number or truth value in which another input could differ"
	case anyReply.has(k) && !told(func(st *stepFacts) bool { return st.reply }):
		return "no step has a Reply function"
	case anyReply.has(k):
		return "no step, and no model of a participant, calls World.Later"
	case anyAnswer.has(k):
		return "no step calls a Participant of the World, and no model asks World.Answer"
	case k == CallTwice && !told(func(st *stepFacts) bool { return st.compensation || st.fence || st.replayable || !st.probe }):
		return "every step has a probe and is not replayable, so its participant need not know a copy from an order"
	}
	return ""
}
