package reference_test

import (
	"testing"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// The sagas with groups and with expectations under every schedule of one fault, and of two.
func TestGroupsSurviveEverySingleFault(t *testing.T) {
	t.Log(sagatest.Explore(t, nil, reference.Grouped))
}

func TestExpectationsSurvive(t *testing.T) {
	t.Log(sagatest.Explore(t, nil, reference.Followed))
}
