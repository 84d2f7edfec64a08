package audit_test

import (
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
)

func TestASoundSystemHasNoViolations(t *testing.T) {
	t.Parallel()
	got := check(t, open(t, audit.Config{Folder: sound(t)}))
	t.Logf("%+v", got)
	if !got.Quiet || len(got.Violations)+len(got.Attention)+len(got.InDoubt) != 0 {
		t.Errorf("got %+v", got)
	}
}
