package console

import (
	"strings"

	"github.com/seosa-dev/saga"
)

// lede is where the instance stands, in a sentence or two for a person: the explanation until it
// has ended, and then how it ended.
func (s *story) lede(say speaker) string {
	text := say.explain(s.In)
	if s.In.Status.Ended() {
		text = s.ledeEnded(say)
	}
	return text + suffix(" ", s.ledeTaken(say))
}

func (s *story) ledeTaken(say speaker) string {
	n := s.takeovers()
	if n == 0 {
		return ""
	}
	return say.Count("lede.taken", n)
}

func (s *story) ledeEnded(say speaker) string {
	key, by := "lede."+string(standingOf(s.In)), s.turnedBy()
	if s.skippedKey() != "" {
		skipped := append(s.with(saga.Skipped), s.with(saga.LeftBehind)...)
		return say.Say(key+s.skippedKey(), "steps", strings.Join(skipped, ", "), "done", len(s.with(saga.InEffect)), "n", len(s.In.Steps))
	}
	switch d := s.unknownFor(); {
	case s.In.Status == saga.Completed && d > 0 && s.settledByPerson(s.Spans[0].Step):
		return say.Say(key+".resolved", "step", s.Spans[0].Step, "d", d, "n", len(s.In.Steps))
	case s.In.Status == saga.Completed && d > 0:
		return say.Say(key+".asked", "step", s.Spans[0].Step, "d", d, "n", len(s.In.Steps))
	case s.In.Status == saga.Completed:
		return say.Count(key, len(s.In.Steps))
	case by != "":
		return say.Say(key+".by", "step", by)
	}
	return say.Say(key)
}

// kno is what is known, what is not and what comes next: the answer of every page that cannot
// give a result.
type kno struct {
	speaker
	Known, NotKnown []string
	Next            []string
}

// kno is nil for an instance that has ended: then there is a result.
func (s *story) kno(say speaker) *kno {
	if s.In.Status.Ended() {
		return nil
	}
	return &kno{speaker: say, Known: s.known(say), NotKnown: s.notKnown(say), Next: s.next(say)}
}

func (s *story) known(say speaker) []string {
	lines := s.listed(say, []markLine{{saga.InEffect, "known.effect"}, {saga.TakenBack, "known.undone"}, {saga.NeverDone, "known.never"}})
	if len(lines) == 0 {
		lines = append(lines, say.Say("known.nothing"))
	}
	return lines
}

// markLine is the line about the steps that have a mark.
type markLine struct {
	mark saga.Mark
	key  string
}

func (s *story) listed(say speaker, of []markLine) []string {
	var lines []string
	for _, l := range of {
		if steps := s.with(l.mark); len(steps) > 0 {
			lines = append(lines, say.Say(l.key, "steps", strings.Join(steps, ", ")))
		}
	}
	return lines
}

func (s *story) notKnown(say speaker) []string {
	var lines []string
	for _, step := range s.with(saga.MaybeDone) {
		key := "notknown.step"
		if s.lostByCrash(step) {
			key = "notknown.crash"
		}
		lines = append(lines, say.Say(key, "step", step))
	}
	if sp, open := s.openSpan(); open && len(lines) > 0 {
		lines[0] += " " + say.Say("notknown.since", "time", sp.From, "d", sp.To.Sub(sp.From))
	}
	lines = append(lines, s.listed(say, []markLine{{saga.Skipped, "notknown.skipped"}, {saga.LeftBehind, "notknown.left"}})...)
	switch {
	case len(lines) > 0:
	case s.In.Back:
		lines = append(lines, say.Say("notknown.undo", "step", s.In.Step))
	case s.In.Step != "":
		lines = append(lines, say.Say("notknown.open", "step", s.In.Step))
	default:
		lines = append(lines, say.Say("notknown.end"))
	}
	return lines
}

// lostByCrash reports whether the last thing known of a step is that its node was taken over.
func (s *story) lostByCrash(step string) bool {
	for i := len(s.Moments) - 1; i >= 0; i-- {
		switch m := &s.Moments[i]; {
		case m.Kind == momentRecovered && m.Event.Open == step:
			return true
		case m.Kind == momentCall && m.Event.Step == step:
			return false
		}
	}
	return false
}

// next is the part of the explanation that looks ahead, with times as the rest of the page has them.
func (s *story) next(say speaker) []string {
	x := s.In.Explanation()
	places := say.places(s.In, x)
	places["due"] = strings.TrimSpace(say.Day(s.In.Due, s.Now)+" "+say.Clock(s.In.Due)) + say.Millis(s.In.Due)
	var lines []string
	if x.Next != "" {
		lines = append(lines, say.phrase(x.Next, places))
	}
	if s.In.Status == saga.NeedsAttention {
		return append(lines, say.phrase(x.Person, places))
	}
	if !s.In.Back && !s.In.Deadline.IsZero() && !s.In.Due.Equal(s.In.Deadline) {
		lines = append(lines, say.Say("next.deadline", "time", s.In.Deadline))
	}
	return lines
}
