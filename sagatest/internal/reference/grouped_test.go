package reference_test

import (
	"testing"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// The saga with groups, and a saga within, under schedules of one fault and of two, and random ones.
func TestGroupsSurvive(t *testing.T) { sagatest.Explore(t, nil, reference.Grouped) }

// What others do unasked, under the same.
func TestExpectationsSurvive(t *testing.T) { sagatest.Explore(t, nil, reference.Followed) }
