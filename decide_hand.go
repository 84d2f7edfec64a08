package saga

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// forbidden says why a person may not do this to an instance that stands so, and what they can do
// instead; "" if they may.
func forbidden(sh *Shape, in *instance, v Verb) string {
	attention := in.Status == NeedsAttention
	switch {
	case !in.live():
		return fmt.Sprintf("it has ended: %s", in.Status)
	case v == Retry && !attention:
		return "it goes on by itself already; stop it first if it should not"
	case v == Compensate && in.Back:
		return "it is going back already; retry it if it stands still"
	case v == Compensate && sh.beyond(in):
		return "it is past the point of no return and can only go on; retry, resolve or skip the open step"
	case v == Compensate && sh.blind(in):
		return "it may be past the point of no return, and there is no way to ask; retry it, or resolve the open step"
	case v == Resolve && !attention && !in.doubtful():
		return "the outcome of its open step is not unknown; stop it first if you want to settle it yourself"
	case v == Stop && attention && in.Reason == Stopped:
		return "it is stopped already; retry or compensate it to go on"
	}
	return ""
}

// possible refuses what is not one of the verbs, or not one for an instance that stands so.
func (h *Hand) possible(sh *Shape, in *instance) error {
	if in.live() && h.Step != "" {
		step, named := h.names(sh, in)
		if !named {
			return fmt.Errorf("%w: %s has no open step %q; open are %q", ErrInvalid, in.ID, h.Step, sh.openNames(in))
		}
		in = in.focused(step)
	}
	switch {
	case !slices.Contains(verbs(), h.Verb):
		return fmt.Errorf("%w: verb %q; use one of %v", ErrInvalid, h.Verb, verbs())
	case (h.Verb == Resolve) != (h.Outcome == Succeeded || h.Outcome == Refused) || h.Verb != Resolve && h.Outcome != "":
		return fmt.Errorf("%w: outcome %q for %s; resolve takes succeeded or refused, other verbs take none", ErrInvalid, string(h.Outcome), h.Verb)
	}
	if why := forbidden(sh, in, h.Verb); why != "" {
		return fmt.Errorf("%w: %s of %s: %s", ErrInvalid, h.Verb, in.ID, why)
	}
	return nil
}

// names finds the open step that a person named.
func (h *Hand) names(sh *Shape, in *instance) (step int, named bool) {
	for i := range in.width() {
		if t := in.nth(i); h.Step != "" && sh.Steps[t.Step].Name == h.Step {
			return t.Step, true
		}
	}
	return 0, false
}

// openNames are the names of the open steps.
func (s *Shape) openNames(in *instance) (names []string) {
	for i := range in.width() {
		names = append(names, s.Steps[in.nth(i).Step].Name)
	}
	return names
}

// verbs in the order in which people are told of them.
func verbs() []Verb { return []Verb{Retry, Compensate, Resolve, Skip, Stop} }

// allowed lists what a person may do.
func allowed(sh *Shape, in *instance) []Verb {
	return slices.DeleteFunc(verbs(), func(v Verb) bool { return forbidden(sh, in, v) != "" })
}

// beyond reports whether there is no way back: something that cannot be undone stands, or the saga
// has reached the steps that must finish.
func (s *Shape) beyond(in *instance) bool {
	return s.mustFinish(in) || strings.ContainsAny(in.Marks[s.pivot():], string([]byte{markEffect, markSkipped}))
}

// mustFinish reports whether a step is open that must be done.
func (s *Shape) mustFinish(in *instance) bool {
	for i := range in.width() {
		if s.Steps[in.nth(i).Step].Kind == Retriable {
			return true
		}
	}
	return false
}

// blind reports whether nobody knows of a step that cannot be undone, and nothing could tell.
func (s *Shape) blind(in *instance) bool {
	for i := s.pivot(); i < len(s.Steps); i++ {
		if in.mark(i) == markMaybe && !s.Steps[i].Fence && !s.Steps[i].Probe {
			return true
		}
	}
	return false
}

// doubtful reports whether nobody knows the outcome of what is open: the step's, or on the way back
// that of an undo that was called.
func (in *instance) doubtful() bool {
	return in.mark(in.Step) == markMaybe || in.Waits || in.Call == CallCompensation && in.Calls > 0
}

// operated is a person's word. Whether it may be said was asked before.
func (d *decision) operated(hand Hand, set fields) {
	hand.Step, hand.Call, hand.At = d.step().Name, d.Call, d.at
	d.Hand = &hand
	switch hand.Verb {
	case Retry:
		d.resumeAll()
	case Compensate:
		d.Detail = hand.By + " turned it back: " + hand.Reason
		d.turnBack()
	case Resolve:
		d.State = d.State.with(set)
		d.resolved(hand.Outcome)
		d.letGo()
	case Skip:
		d.skipped()
		d.letGo()
	case Stop:
		d.each(func() { d.Status, d.Reason, d.Due, d.Still = NeedsAttention, Stopped, time.Time{}, true })
	}
}

// letGo lets branches go on that were stopped together with one that a person has settled.
func (d *decision) letGo() {
	d.each(func() {
		if d.Reason == Stopped && len(d.Others) > 0 {
			d.resumed()
		}
	})
}

func (d *decision) resolved(o Outcome) {
	d.Calls, d.Detail = 0, ""
	switch {
	case d.Back && d.Call == CallCompensation && o == Succeeded:
		d.compensated(o)
	case d.Back && d.Call == CallCompensation:
		d.open(d.Step, CallCompensation) // then it is still to be done
	case o == Succeeded:
		d.tookEffect()
	default:
		d.neverDone()
	}
}

// skipped goes on as if the open step, or its undo, had succeeded.
func (d *decision) skipped() {
	d.Detail = ""
	d.Skips = append(slices.Clip(d.Skips), d.Step) // other copies share the list
	if d.Back {
		d.setMark(d.Step, markLeft)
		d.walkBack()
		return
	}
	d.setMark(d.Step, markSkipped)
	d.advance()
}
