package audit_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
)

// Each plants one thing that must not be, and wants exactly the invariants that it breaks.
func TestEveryPlantedViolationIsFound(t *testing.T) {
	t.Parallel()
	folder := sound(t)
	found := map[string]bool{}
	for _, p := range planted() {
		t.Run(p.name, func(t *testing.T) {
			plantedIn := copied(t, folder)
			for service, statements := range p.in {
				plant(t, plantedIn, service, statements)
			}
			got := check(t, open(t, audit.Config{Folder: plantedIn}))
			broken := map[string]bool{}
			for _, v := range got.Violations {
				broken[v.Invariant], found[v.Invariant] = true, true
			}
			if names := slices.Sorted(maps.Keys(broken)); !slices.Equal(names, slices.Sorted(slices.Values(p.want))) || !got.Quiet {
				t.Errorf("found %v, want %v; quiet: %v; %q", names, p.want, got.NotQuiet, got.Violations)
			}
		})
	}
	if len(found) != 13 {
		t.Errorf("planted were %v, want all thirteen", slices.Sorted(maps.Keys(found)))
	}
}
