package reference_test

import (
	"testing"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

// The saga with groups, and a saga within, under every schedule of one fault, and random ones of many;
// "make explore" tries more.
func TestGroupsSurvive(t *testing.T) { sagatest.Explore(t, few(), reference.Grouped) }

// What others do unasked, under the same.
func TestExpectationsSurvive(t *testing.T) { sagatest.Explore(t, few(), reference.Followed) }

func few() *sagatest.Config { return &sagatest.Config{Bound: 1, Random: 1000} }
