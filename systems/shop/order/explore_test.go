package order

import (
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// The shop's own definition, every schedule of two faults and random ones of many.
func TestTheOrderSurvivesEverything(t *testing.T) {
	report := sagatest.Explore(t, nil, func(w *sagatest.World) sagatest.Case[Order] {
		return sagatest.Case[Order]{
			Definition: sagatest.Model(w, Definition()),
			Input:      Order{ID: 1007, Owner: "j2ee", Attempt: 1, Lines: []Line{{Item: "EST-1", Quantity: 3}}},
		}
	})
	if !report.Complete {
		t.Error("not every schedule of two faults ran")
	}
	if report.Ends[string(saga.Compensated)] == 0 || report.Ends["needs attention: "+string(saga.InDoubt)] == 0 {
		t.Errorf("ends: %v; want orders that were compensated, and some that are unknown", report.Ends)
	}
}
