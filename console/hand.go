package console

import (
	"slices"

	"github.com/seosa-dev/saga"
)

// operated draws what a person did: in the lane of the step that they settled or skipped, and in
// the engine's where it was about the whole.
func (s *story) operated(m *moment) {
	h := m.Event.Hand
	if h == nil {
		h = &saga.Hand{}
		m.Event.Hand = h
	}
	m.Undo = m.Back && (h.Verb == saga.Skip || s.stood(h.Step))
	m.Mark = handMark(h, m.Undo)
	if h.Verb == saga.Resolve || h.Verb == saga.Skip {
		m.Lane = s.lane(h.Step)
	}
}

// stood reports whether a step was known to be in effect, so that on the way back its undo is open
// and not the question what became of it.
func (s *story) stood(step string) bool {
	for i := len(s.Moments) - 1; i >= 0; i-- {
		switch m := &s.Moments[i]; {
		case m.Kind == momentCall && m.Event.Step == step:
			return m.Event.Call == saga.CallCompensation || m.Event.Outcome == saga.Succeeded
		case m.settled() == step:
			return m.Undo || m.Event.Hand.Outcome == saga.Succeeded
		}
	}
	return false
}

// settled is the step whose outcome is known after a person's word, or is not asked about any more.
func (m *moment) settled() string {
	if h := m.Event.Hand; m.Kind == momentOperated && (h.Verb == saga.Resolve || h.Verb == saga.Skip) {
		return h.Step
	}
	return ""
}

func (s *story) settledByPerson(step string) bool {
	return slices.ContainsFunc(s.Moments, func(m moment) bool { return m.settled() == step })
}

// handMark is what a person's word makes of the open step or undo; of what concerns the whole
// instance it is a person.
func handMark(h *saga.Hand, undo bool) mark {
	switch {
	case h.Verb == saga.Stop:
		return attention.mark()
	case h.Verb == saga.Skip && undo:
		return stepMark(saga.LeftBehind, false)
	case h.Verb == saga.Skip:
		return stepMark(saga.Skipped, false)
	case h.Verb == saga.Resolve && h.Outcome == saga.Succeeded:
		return newMark("ok", "ok", "outcome.resolved.done")
	case h.Verb == saga.Resolve && undo:
		return newMark("none", "none", "outcome.resolved.notdone")
	case h.Verb == saga.Resolve:
		return newMark("no", "no", "outcome.resolved.notdone")
	}
	return newMark("person", "start", "outcome.operated")
}

// handKey is a person's word as a key.
func handKey(h *saga.Hand, undo bool) string {
	switch {
	case h.Verb == saga.Skip && undo:
		return "skip.undo"
	case h.Verb == saga.Resolve && h.Outcome == saga.Succeeded:
		return "resolve.done"
	case h.Verb == saga.Resolve && undo:
		return "resolve.notundone"
	case h.Verb == saga.Resolve:
		return "resolve.notdone"
	}
	return string(h.Verb)
}
