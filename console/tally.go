package console

import (
	"time"

	"github.com/seosa-dev/saga"
)

// took is how long an ended instance ran, or how long one that goes on has been running.
func (s *story) took() time.Duration {
	if len(s.Moments) == 0 {
		return max(s.Now.Sub(s.In.Started), 0)
	}
	return s.end().Sub(s.start())
}

// unknownFor is how long an outcome was not known. Spans of several steps that overlap count once.
func (s *story) unknownFor() time.Duration {
	var total time.Duration
	var until time.Time
	for _, sp := range s.Spans { // in order of From
		from := sp.From
		if from.Before(until) {
			from = until
		}
		if sp.To.After(from) {
			total += sp.To.Sub(from)
			until = sp.To
		}
	}
	return total
}

// openSpan is the longest time for which an outcome is not known yet, if any.
func (s *story) openSpan() (span, bool) {
	for _, sp := range s.Spans {
		if sp.Open {
			return sp, true
		}
	}
	return span{}, false
}

// calls counts the calls of some kinds that were answered.
func (s *story) calls(kinds ...saga.CallKind) int {
	n := 0
	for i := range s.Moments {
		for _, k := range kinds {
			if m := &s.Moments[i]; m.Kind == momentCall && m.Event.Kind == saga.EventAnswered && m.Event.Call == k {
				n++
			}
		}
	}
	return n
}

// takeovers counts how often another node had to go on.
func (s *story) takeovers() int {
	n := 0
	for i := range s.Moments {
		if s.Moments[i].Kind == momentRecovered {
			n++
		}
	}
	return n
}

// turnedBy is the step whose refusal turned the instance back, or "".
func (s *story) turnedBy() string {
	step := ""
	for i := range s.Moments {
		m := &s.Moments[i]
		switch {
		case m.Kind == momentCall && m.Event.Call != saga.CallCompensation && m.Event.Outcome == saga.Refused:
			step = m.Event.Step
		case m.Kind == momentTurned && m.Event.Kind != saga.EventAnswered && m.Event.Kind != saga.EventReplied: // the deadline or a person
			return ""
		}
	}
	return step
}

// with lists the steps that have a mark.
func (s *story) with(m saga.Mark) []string {
	var names []string
	for _, st := range s.In.Steps {
		if st.Mark == m {
			names = append(names, st.Name)
		}
	}
	return names
}
