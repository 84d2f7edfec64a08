package sagatest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
)

// fit finds out from the run without faults which steps tell of their effects, and says why the case
// is not worth exploring; "" if it is.
func (s *search) fit(r *run) string {
	if r.seen.Status != saga.Completed {
		return fmt.Sprintf("nothing went wrong, and the saga does not complete; it ends as %q at step %q (%s): "+
			"let the steps and their models do their work when nothing strikes, and leave it to the explorer what goes wrong; "+
			"let what a step is answered later call World.Later", r.end(), r.seen.Step, r.seen.Detail)
	}
	s.modelled = make([]bool, len(r.of.steps))
	var untold []string
	for i := range r.of.steps {
		st := &r.of.steps[i]
		s.modelled[i] = r.effects.count[i] > 0
		inEffect := i < len(r.seen.Steps) && r.seen.Steps[i].Mark == saga.InEffect // else it was not needed
		if !s.modelled[i] && inEffect && st.compensation && !slices.Contains(r.of.noEffect, st.name) {
			untold = append(untold, st.name)
		}
	}
	switch {
	case !slices.Contains(s.modelled, true):
		return "the saga completed, and nothing ever happened: " +
			"let the steps call a World.Participant, or let your own model of a participant call World.Happened where its effect comes true"
	case len(untold) > 0:
		return fmt.Sprintf("step %s took effect and can be undone, and tells of nothing that happened, so that nothing about it would be checked: "+
			"let it call a World.Participant, or let its model call World.Happened where its effect comes true and where it is taken back; "+
			"if it has no effect outside of the saga's own state, name it in Case.NoEffect", strings.Join(untold, ", "))
	}
	return ""
}
