package console

import (
	"strings"

	"github.com/seosa-dev/saga"
)

// lede is where the instance stands, in a sentence or two for a person.
func (s *story) lede(say speaker) string {
	text := s.ledeStanding(say)
	if n := s.takeovers(); n > 0 {
		text += " " + say.Count("lede.taken", n)
	}
	return text
}

func (s *story) ledeStanding(say speaker) string {
	step, by := s.In.Step, s.turnedBy()
	switch standingOf(s.In) {
	case completed:
		if d := s.unknownFor(); d > 0 {
			return say.Say("lede.completed.asked", "step", s.Spans[0].Step, "d", d, "n", len(s.In.Steps))
		}
		return say.Count("lede.completed", len(s.In.Steps))
	case compensated, failed:
		key := "lede." + string(standingOf(s.In))
		if by == "" {
			return say.Say(key)
		}
		return say.Say(key+".by", "step", by)
	case unknown:
		return say.Say("lede.unknown", "step", s.doubted())
	case compensating:
		return say.Say("lede.compensating", "step", step)
	case attention:
		return say.reason(s.In.Reason)
	}
	return say.Say("lede.running", "step", step, "done", len(s.with(saga.InEffect)), "n", len(s.In.Steps))
}

// doubted is the step whose outcome nobody knows: the open one if it is among them.
func (s *story) doubted() string {
	maybe := s.with(saga.MaybeDone)
	for _, step := range maybe {
		if step == s.In.Step {
			return step
		}
	}
	if len(maybe) > 0 {
		return maybe[0]
	}
	return s.In.Step
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
	k := &kno{speaker: say, NotKnown: s.notKnown(say), Next: s.next(say)}
	k.Known = s.known(say)
	return k
}

func (s *story) known(say speaker) []string {
	var lines []string
	for _, part := range []struct {
		mark saga.Mark
		key  string
	}{{saga.InEffect, "known.effect"}, {saga.TakenBack, "known.undone"}, {saga.NeverDone, "known.never"}} {
		if steps := s.with(part.mark); len(steps) > 0 {
			lines = append(lines, say.Say(part.key, "steps", strings.Join(steps, ", ")))
		}
	}
	if len(lines) == 0 {
		lines = append(lines, say.Say("known.nothing"))
	}
	if s.In.Detail != "" {
		lines = append(lines, say.Say("known.said", "said", s.In.Detail))
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

func (s *story) next(say speaker) []string {
	var lines []string
	if key := s.nextCall(); key != "" {
		if s.In.Due.After(s.Now) {
			lines = append(lines, say.Say(key+".at", "step", s.In.Step, "time", say.Clock(s.In.Due)+say.Millis(s.In.Due)))
		} else {
			lines = append(lines, say.Say(key+".now", "step", s.In.Step))
		}
	}
	if s.In.Status == saga.NeedsAttention {
		lines = append(lines, say.Say("next.person."+s.advice()))
	} else if !s.In.Back && !s.In.Deadline.IsZero() {
		lines = append(lines, say.Say("next.deadline", "time", s.In.Deadline))
	}
	return lines
}

// nextCall is the call that comes by itself, as a key; none if only a person moves the instance.
func (s *story) nextCall() string {
	if s.In.Step == "" || s.In.Call == "" || s.In.Status == saga.NeedsAttention && s.In.Due.IsZero() {
		return ""
	}
	return "next." + string(s.In.Call)
}

func (s *story) advice() string {
	switch s.In.Reason {
	case saga.UnknownDefinition:
		return "definition"
	case saga.UndoRefused:
		return "refused"
	}
	return "resume"
}
