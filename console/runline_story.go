package console

import (
	"strings"

	"github.com/seosa-dev/saga"
)

// maxStops bounds a run line; a longer run shows its first stops and its last.
const maxStops = 14

// runLine draws the story in short.
func (s *story) runLine(say speaker) runLine {
	l := runLine{Steps: len(s.Lanes)}
	var label []string
	for i := range s.Moments {
		m := &s.Moments[i]
		if m.halts() && len(l.Stops) > 0 {
			l.Stops[len(l.Stops)-1].Mark = stopFlag
			label = append(label, say.Say(m.Mark.Key))
		}
		if m.Lane == 0 || m.Kind == momentReleased {
			continue
		}
		st := stop{Step: m.Lane - 1, Back: m.Back, Mark: markStop(m)}
		if repeats(l.Stops, st) {
			continue
		}
		l.Stops = append(l.Stops, st)
		label = append(label, s.title(m, say)+": "+say.Say(m.Mark.Key))
	}
	s.openStop(&l)
	if over := len(l.Stops) - maxStops; over > 0 {
		l.Stops = append(l.Stops[:4:4], l.Stops[4+over:]...)
	}
	l.Label = strings.Join(label, ", ")
	if l.Label == "" {
		l.Label = say.Say(standingOf(s.In).mark().Key)
	}
	return l
}

// repeats reports whether two stops like this one stand at the end already: a third says no more.
func repeats(stops []stop, st stop) bool {
	n := len(stops)
	return n >= 2 && stops[n-1] == st && stops[n-2] == st
}

// openStop adds the call that is under way, unless the last stop says that it is being asked.
func (s *story) openStop(l *runLine) {
	if s.In.Step == "" || s.In.Status == saga.NeedsAttention || s.In.Status.Ended() {
		return
	}
	st := stop{Step: s.lane(s.In.Step) - 1, Back: s.In.Back, Mark: stopOpen}
	if n := len(l.Stops); n > 0 && l.Stops[n-1].Step == st.Step && l.Stops[n-1].Mark != stopDone {
		return
	}
	l.Stops = append(l.Stops, st)
}

func markStop(m *moment) stopMark {
	switch m.Mark.Symbol {
	case "ok":
		return stopDone
	case "no":
		return stopNo
	case "none":
		return stopNone
	}
	return stopUnknown
}
