package queue_test

import (
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/queue"
)

// What is committed after an admission began and before it decides, holds for it: Admit asks its clock first.
func TestAnAdmissionKeepsWhatWasCommittedBeforeIt(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(t *testing.T, d *desk){
		"sold out":      func(_ *testing.T, d *desk) { d.concert(1, "AVAILABLE", "UNAVAILABLE") },
		"limit lowered": func(t *testing.T, d *desk) { must(t, d.SetRule(t.Context(), 1, queue.Rule{})) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			both(t, func(t *testing.T, d *desk) {
				ann := d.enter("ann")
				d.clock.asked = func() { change(t, d) }
				d.admit()
				d.wantStands(ann, "WAITING")
			})
		})
	}
}
