package sagatest_test

import (
	"testing"

	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/sagatest/internal/reference"
)

func TestScratch(t *testing.T) {
	c := &sagatest.Config{Bound: 3, Schedules: 40000, Random: 30000}
	for _, b := range []func(*sagatest.World) sagatest.Case[reference.Trip]{reference.Probed, reference.Chained, reference.Case} {
		r, f := sagatest.Find(c, b)
		t.Log(r)
		if f != nil {
			t.Error(f)
		}
	}
}
