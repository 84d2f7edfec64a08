package console

import (
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// Style is how a line is drawn: it says the direction, never the outcome.
type style string

const (
	forward style = "f" // one line
	back    style = "b" // a double line
	waiting style = "w" // dotted: waiting to ask again
	nothing style = "0"
)

// momentKind is what a moment of a story is about. Most are the kind of their event; the rest are
// turns that an answer brought with it.
type momentKind string

const (
	momentStarted   momentKind = "started"
	momentCall      momentKind = "call"
	momentTurned    momentKind = "turned"
	momentRecovered momentKind = "recovered"
	momentResumed   momentKind = "resumed"
	momentReleased  momentKind = "released"
	momentOperated  momentKind = "operated"
	momentAsleep    momentKind = "asleep"  // a timer was set
	momentAwake     momentKind = "awake"   // its time has come
	momentPassed    momentKind = "passed"  // it is not needed
	momentExpects   momentKind = "expects" // a fact is awaited
	momentKept      momentKind = "kept"    // a reply came early
	momentAttention momentKind = "attention"
	momentEnded     momentKind = "ended"
)

// moment is one numbered entry of a story: the same number in the drawing and in the list.
type moment struct {
	Number     int
	Kind       momentKind
	Event      saga.Event
	Lane       int       // 0 is the engine, then one per step
	From       int       // lane of the moment before
	Start, End time.Time // of the call, or twice the same time
	Mark       mark
	Back       bool
	Undo       bool  // a person settled or skipped an undo
	In, Next   style // the line that comes here, and the one that goes on
}

// unsure reports whether the moment left something to be asked again.
func (m *moment) unsure() bool {
	switch m.Kind {
	case momentRecovered, momentReleased:
		return true
	case momentCall:
		return m.Event.Outcome != saga.Succeeded
	}
	return m.halts()
}

// halts reports whether a person is needed from then on.
func (m *moment) halts() bool { return m.Mark.Symbol == "flag" }

// span is a time during which nobody knew whether a step took effect.
type span struct {
	Step     string
	From, To time.Time
	Open     bool // still so; To is when it was read
}

// story is one instance told from its history.
type story struct {
	In      saga.Instance
	Now     time.Time
	Lanes   []string // step names; lane i+1 is Lanes[i]
	Moments []moment
	Spans   []span
	Unheard []saga.Sent // what was sent and moved nothing, the latest first; only where one instance is shown
}

// tell reads an instance and its history as of now.
func tell(in saga.Instance, events []saga.Event, now time.Time) *story {
	s := &story{In: in, Now: now}
	for _, st := range in.Steps {
		s.Lanes = append(s.Lanes, st.Name)
	}
	status := saga.Running
	goingBack := false
	for _, e := range events {
		s.event(e, status, goingBack)
		if e.Kind != saga.EventStarted {
			s.consequence(e, status, goingBack)
		}
		status = e.Status
		goingBack = e.Status == saga.Compensating || goingBack && e.Status != saga.Running
	}
	s.join()
	s.spans()
	return s
}

// lane finds a step's lane, adding one for a step that the instance does not list.
func (s *story) lane(step string) int {
	if step == "" {
		return 0
	}
	if i := slices.Index(s.Lanes, step); i >= 0 {
		return i + 1
	}
	s.Lanes = append(s.Lanes, step)
	return len(s.Lanes)
}

func (s *story) event(e saga.Event, before saga.Status, goingBack bool) {
	m := moment{Event: e, Start: e.At, End: e.At, Back: goingBack, Mark: newMark("start", "start", "outcome.recorded")}
	switch e.Kind {
	case saga.EventStarted:
		m.Kind = momentStarted
	case saga.EventAnswered, saga.EventReplied, saga.EventExpired:
		if e.Call == "" { // a timer
			m.Kind, m.Lane, m.Mark = timerKind(e), s.lane(e.Step), outcomeMark(e.Outcome)
			break
		}
		m.Kind, m.Lane, m.Mark = momentCall, s.lane(e.Step), outcomeMark(e.Outcome)
		m.Start = e.At.Add(-e.Took)
		if e.Outcome == saga.NotNeeded {
			m.Kind, m.Start = momentPassed, e.At
		} else if e.Outcome == saga.Pending && e.Call == saga.CallAction && s.expects(e.Step) {
			m.Kind, m.Start = momentExpects, e.At
		}
		m.Back = goingBack && e.Call != saga.CallAction || e.Call == saga.CallCompensation
	case saga.EventTurned:
		return // told as the consequence
	case saga.EventRecovered:
		m.Kind = momentRecovered
		s.takenOver(&m, before)
	case saga.EventResumed:
		m.Kind, m.Mark = momentResumed, plainStanding(e.Status).mark()
	case saga.EventReleased:
		m.Kind, m.Lane, m.Mark = momentReleased, s.lane(e.Open), newMark("parked", "parked", "outcome.waiting")
	case saga.EventOperated:
		m.Kind = momentOperated
		s.operated(&m)
	case saga.EventParked:
		return
	default:
		m.Kind = momentKind(e.Kind)
	}
	s.add(m)
}

func (s *story) expects(step string) bool {
	return slices.ContainsFunc(s.In.Steps, func(st saga.StepStatus) bool { return st.Name == step && st.Expects })
}

func timerKind(e saga.Event) momentKind {
	if e.Kind == saga.EventExpired {
		return momentAwake
	}
	return momentAsleep
}

// takenOver draws a takeover as the call that may have been under way: nobody knows when it began
// or whether it did, so it fills the time since the last entry.
func (s *story) takenOver(m *moment, before saga.Status) {
	if m.Event.Open == "" || before == saga.NeedsAttention {
		return
	}
	m.Lane, m.Mark = s.lane(m.Event.Open), newMark("unknown", "unknown", "outcome.unknown")
	if n := len(s.Moments); n > 0 {
		m.Start = s.Moments[n-1].End
	}
}

// consequence adds the turn that an event brought with it, as an entry of the engine.
func (s *story) consequence(e saga.Event, before saga.Status, goingBack bool) {
	turned := e.Kind == saga.EventTurned
	if e.Status == before && !turned && e.Kind != saga.EventParked {
		return
	}
	m := moment{Event: e, Start: e.At, End: e.At, Back: goingBack}
	// A way back on which nothing is left to undo ends in the same event in which it begins.
	wentBack := e.Status == saga.Compensating && !goingBack || turned ||
		!goingBack && (e.Status == saga.Compensated || e.Status == saga.Failed)
	if wentBack {
		turn := m
		turn.Kind, turn.Mark, turn.Back = momentTurned, compensating.mark(), true
		m.Back = true
		if e.Status != saga.Failed || turned {
			s.add(turn)
		}
	}
	switch {
	case e.Status.Ended():
		m.Kind = momentEnded
	case e.Status == saga.NeedsAttention && e.Reason != saga.Stopped && (before != e.Status || e.Kind == saga.EventParked):
		m.Kind = momentAttention
	default:
		return
	}
	m.Mark = plainStanding(e.Status).mark()
	s.add(m)
}

func (s *story) add(m moment) {
	m.Number = len(s.Moments) + 1
	if m.Start.Before(s.start()) {
		m.Start = s.start() // clocks of two nodes may differ
	}
	if m.End.Before(m.Start) {
		m.End = m.Start
	}
	s.Moments = append(s.Moments, m)
}

// start is when the story begins: the first entry's time.
func (s *story) start() time.Time {
	if len(s.Moments) == 0 {
		return time.Time{}
	}
	return s.Moments[0].Start
}

// join gives every moment its lines.
func (s *story) join() {
	for i := range s.Moments {
		m := &s.Moments[i]
		m.In, m.Next = nothing, nothing
		if i == 0 {
			continue
		}
		prev := &s.Moments[i-1]
		m.From, m.In = prev.Lane, line(prev, m)
		prev.Next = m.In
	}
	if n := len(s.Moments); n > 0 && !s.In.Status.Ended() {
		s.Moments[n-1].Next = s.onward(&s.Moments[n-1], s.lane(s.In.Step))
	}
}

// line is how the way from one moment to another is drawn.
func line(from, to *moment) style {
	switch {
	case to.Back && (to.Lane != from.Lane || !from.unsure()):
		return back
	case from.unsure() && to.Lane > 0 && (to.Lane == from.Lane || from.halts()), to.halts():
		return waiting
	}
	return forward
}

// onward is the line that leaves a moment for a step that is open now.
func (s *story) onward(last *moment, lane int) style {
	switch {
	case last.unsure() && (last.Lane == lane || last.halts()):
		return waiting
	case s.In.Back || s.In.Status == saga.Compensating:
		return back
	}
	return forward
}

// doubtful is since when an unsure moment's outcome is not known: since the call ended without an
// answer or, where a node was lost, since the last entry that it recorded.
func (m *moment) doubtful() time.Time {
	if m.Kind == momentRecovered {
		return m.Start
	}
	return m.End
}

// spans finds the times in which an outcome was not known.
func (s *story) spans() {
	open := map[string]int{}
	for i := range s.Moments {
		m := &s.Moments[i]
		step := m.Event.Step
		if m.Kind == momentRecovered && m.Lane > 0 {
			step = m.Event.Open
		}
		if at, asked := open[m.settled()]; asked {
			s.Spans[at].To, s.Spans[at].Open = m.End, false
			delete(open, m.settled())
		}
		at, asked := open[step]
		switch {
		case step == "" || m.Kind != momentCall && m.Kind != momentRecovered:
		case m.Mark.Symbol == "unknown" && !asked:
			s.Spans = append(s.Spans, span{Step: step, From: m.doubtful(), Open: true})
			open[step] = len(s.Spans) - 1
		case asked && (m.Event.Outcome == saga.Succeeded || m.Event.Outcome == saga.Refused && s.settles(i)):
			s.Spans[at].To, s.Spans[at].Open = m.End, false
			delete(open, step)
		}
	}
	for _, i := range open {
		s.Spans[i].To = s.end()
		s.Spans[i].Open = !s.In.Status.Ended()
	}
}

// settles reports whether a refusal is the truth about its step. A repeat's refusal is not, while
// the first attempt may still arrive and a fence or probe follows to find out.
func (s *story) settles(i int) bool {
	for _, m := range s.Moments[i+1:] {
		if m.Kind == momentCall {
			next := m.Event.Call
			return m.Event.Step != s.Moments[i].Event.Step || next != saga.CallFence && next != saga.CallProbe
		}
	}
	e := s.Moments[i].Event
	return e.Status.Ended() || e.Open != e.Step || s.In.Call != saga.CallFence && s.In.Call != saga.CallProbe
}

// end is the latest time of the story: its end, or now.
func (s *story) end() time.Time {
	last := s.Now
	if n := len(s.Moments); n > 0 && (s.In.Status.Ended() || last.Before(s.Moments[n-1].End)) {
		last = s.Moments[n-1].End
	}
	return last
}
