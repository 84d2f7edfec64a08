package saga

import (
	"fmt"
	"maps"
	"slices"
)

// sameLane reports whether one step follows the other in a line: both in the saga's own, or in the
// same branch of a group.
func (s *Shape) sameLane(a, b int) bool {
	return s.Steps[a].Group == s.Steps[b].Group && s.Steps[a].Branch == s.Steps[b].Branch
}

// passed reports whether the way forward leads past a step.
func (p *progress) passed(step int) bool {
	m := p.mark(step)
	return m == markEffect || m == markSkipped || m == markPassed
}

// enter opens a step on the way forward and, if it is in a parallel group, the other branches.
func (d *decision) enter(step int) {
	d.open(step, CallAction)
	d.Others, d.Wrote = nil, nil
	group, branch := d.step().Group, d.step().Branch
	for i := step + 1; group != 0 && i < len(d.sh.Steps) && d.sh.Steps[i].Group == group; i++ {
		if d.sh.Steps[i].Branch != branch && !d.passed(i) {
			branch = d.sh.Steps[i].Branch
			d.Others = append(d.Others, thread{Step: i, Call: CallAction})
		}
	}
}

// onward opens what follows in a branch. It is false if that is no business of the branch: its group
// has come to its end, or there is none.
func (d *decision) onward() bool {
	if d.step().Group == 0 {
		return false
	}
	for i := range d.sh.Steps {
		if d.sh.sameLane(i, d.Step) && !d.passed(i) {
			d.open(i, CallAction)
			return true
		}
	}
	return d.leave()
}

// leave closes the instance's own thread. It is false if there is no other.
func (d *decision) leave() bool {
	if len(d.Others) == 0 {
		return false
	}
	said := d.Detail
	d.thread, d.Others = d.Others[0], d.Others[1:]
	if d.Detail == "" {
		d.Detail = said
	}
	d.Status = d.standsAt()
	return true
}

// following returns an instance as it stands at the step that follows one which has just taken effect,
// in its line; nil if that line has come to its end.
func (in *instance) following(sh *Shape, before *instance) *instance {
	if len(in.Others) == 0 && len(before.Others) == 0 && (in.Back || sh.sameLane(before.Step, in.Step)) {
		return in
	}
	for i := range in.width() {
		if t := in.nth(i); t.Step > before.Step && sh.sameLane(t.Step, before.Step) && !in.Back {
			return in.focused(t.Step)
		}
	}
	return nil
}

// letSettle keeps open what is being called when the instance turns back, and closes the rest. It is
// false if nothing is being called. What nobody is calling now but may have been done is settled on
// the way back.
func (d *decision) letSettle() bool {
	said := d.Detail
	var called []thread
	d.each(func() {
		if slices.Contains(d.busy, d.Step) {
			called = append(called, thread{Step: d.Step, Call: d.Call, Calls: d.Calls, Waits: d.Waits, Detail: said})
			return
		}
		d.interrupted()
	})
	d.Others, d.Detail = nil, said
	if len(called) == 0 {
		d.Wrote = nil
		return false
	}
	d.thread, d.Others, d.Turns = called[0], called[1:], true
	d.Status = Compensating
	return true
}

// settled is the answer to a call that was under way when the instance turned back. It says what
// stands; nothing follows from it but the way back, once it is the last.
func (d *decision) settled(call CallKind, o Outcome) {
	// How often others tried what nobody here asked for, nobody knows.
	sure := call != CallAction || d.mark(d.Step) != markMaybe && !(d.step().Expects && d.step().Fence)
	switch {
	case o == Succeeded:
		d.setMark(d.Step, markEffect)
	case o == Refused && sure:
		d.setMark(d.Step, markNever)
	case o == NotNeeded:
		d.setMark(d.Step, markPassed)
	case o != Refused && o != NotDone && !d.step().Sleep:
		d.doubt(d.Step)
	}
	if !d.leave() {
		d.Turns, d.Wrote = false, nil
		d.walkBack()
	}
}

// wrote notes who changed which fields of the state in a parallel group.
func (d *decision) wrote(patch fields) {
	if d.step().Group == 0 || len(patch) == 0 || d.Back && !d.Turns {
		return
	}
	wrote := maps.Clone(d.Wrote) // other copies share it
	if wrote == nil {
		wrote = make(map[string]int, len(patch))
	}
	for _, name := range patch.names() {
		wrote[name] = d.Step
	}
	d.Wrote = wrote
}

// clash says which field a step wants to change that another branch of its group has changed; "" if
// none.
func (in *instance) clash(sh *Shape, step int, patch fields) string {
	for _, name := range patch.names() {
		if other, there := in.Wrote[name]; there && !sh.sameLane(other, step) {
			return fmt.Sprintf("steps %s and %s of one parallel group both changed %q; let each branch change fields of its own", sh.Steps[other].Name, sh.Steps[step].Name, name)
		}
	}
	return ""
}
