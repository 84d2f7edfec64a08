package console

import (
	"time"

	"github.com/seosa-dev/saga"
)

// maxCalls bounds a drawing; the list below it has them all.
const maxCalls = 36

// train draws the story, and says how many moments it had to leave out.
func (s *story) train(say speaker, label string) (t train, left int) {
	t = train{Lanes: append([]string{say.Say("lane.engine")}, s.Lanes...), Label: label,
		Never: say.Say("lane.never"), Offset: say.Offset}
	moments := s.Moments
	if left = len(moments) - maxCalls; left > 0 {
		moments = append(moments[:6:6], moments[6+left:]...)
	}
	left = max(left, 0)
	for i := range moments {
		c := s.trainCall(&moments[i])
		if moments[i].follows() && i > 0 {
			s.apart(&c, moments[i+1:], say)
		}
		t.Calls = append(t.Calls, c)
	}
	s.tail(&t, say)
	s.legs(&t, moments)
	for _, sp := range s.Spans {
		t.Bands = append(t.Bands, trainBand{From: s.at(sp.From), To: s.at(sp.To), Open: sp.Open,
			Text: say.Say("band", "step", sp.Step, "d", sp.To.Sub(sp.From))})
	}
	return t, left
}

// follows reports whether the moment came at the same time as the one that brought it.
func (m *moment) follows() bool {
	return m.Kind != momentCall && m.Kind != momentRecovered && m.Kind != momentOperated
}

func (s *story) at(t time.Time) time.Duration { return max(t.Sub(s.start()), 0) }

// apart moves a turn of the engine a little away from the answer that brought it: both happened at
// one time, and would be drawn on one vertical. The tick keeps the true time.
func (s *story) apart(c *trainCall, later []moment, say speaker) {
	gap := 5 * time.Millisecond
	for i := range later {
		if start := s.at(later[i].Start); start > c.Start {
			gap = min(gap, (start-c.Start)/2)
			break
		}
	}
	c.Tick = say.Offset(c.Start)
	c.Start += gap
	c.End = c.Start
}

func (s *story) trainCall(m *moment) trainCall {
	c := trainCall{Number: m.Number, Lane: m.Lane, Start: s.at(m.Start), End: s.at(m.End), Bar: nothing, Mark: m.Mark}
	switch {
	case m.Kind != momentCall && m.Kind != momentRecovered:
	case m.Mark.Symbol == "unknown":
		c.Bar = waiting
	case m.Back:
		c.Bar = back
	default:
		c.Bar = forward
	}
	if m.Kind == momentRecovered && c.Bar == waiting {
		// It may have been called at any time since the last entry: leave room for the line.
		c.Start = min(c.Start+time.Millisecond, c.End)
	}
	return c
}

// tail adds where an instance that goes on stands now, once for each step that is open.
func (s *story) tail(t *train, say speaker) {
	if len(s.Moments) == 0 || s.In.Status.Ended() || s.In.Status == saga.NeedsAttention {
		return
	}
	m := standing(running).mark()
	if s.In.Back {
		m = compensating.mark()
	}
	now := s.at(s.end())
	for _, lane := range s.openLanes() {
		t.Calls = append(t.Calls, trainCall{Lane: lane, Start: now, End: now, Bar: nothing, Mark: m, Tick: say.Say("tick.now")})
	}
}

// openLanes are the lanes of the steps that are next or under way.
func (s *story) openLanes() []int {
	var lanes []int
	for i := range s.In.Steps {
		if s.In.Steps[i].Open {
			lanes = append(lanes, i+1)
		}
	}
	if lanes == nil && s.In.Step != "" {
		lanes = []int{s.lane(s.In.Step)}
	}
	return lanes
}

// legs joins each call of the drawing to those that led to it. The calls after the last moment are
// where the instance stands now.
func (s *story) legs(t *train, moments []moment) {
	spots := make([]spot, len(t.Calls))
	for i, c := range t.Calls {
		spots[i] = spot{s.place(c.Lane), c.Start, c.End}
	}
	for i, from := range ways(spots) {
		for _, k := range from {
			l := trainLeg{From: k}
			if i < len(moments) {
				l.In = line(&moments[k], &moments[i])
			} else {
				l.In = s.onward(&moments[k], t.Calls[i].Lane)
			}
			t.Calls[i].Legs = append(t.Calls[i].Legs, l)
		}
	}
}
