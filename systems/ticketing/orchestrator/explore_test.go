package orchestrator_test

import (
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// The shape of the payment saga under every schedule of one fault and random ones of many: replies that are
// lost, late, twice or elsewhere, crashes, refusals, and people who intervene. The services are modelled.
func TestThePaymentSurvivesEverything(t *testing.T) {
	t.Parallel()
	report := sagatest.Explore(t, &sagatest.Config{Bound: 1, Random: 300}, func(w *sagatest.World) sagatest.Case[orchestrator.Purchase] {
		return sagatest.Case[orchestrator.Purchase]{
			Definition: sagatest.Model(w, orchestrator.Definition()),
			Input:      orchestrator.Purchase{UserID: mina, Token: "t", ReservationIDs: []int64{1, 2}},
		}
	})
	if !report.Complete {
		t.Error("not every schedule ran")
	}
	if report.Ends[string(saga.Completed)] == 0 || report.Ends[string(saga.Compensated)] == 0 {
		t.Errorf("ends: %v; want payments that went through, and some that were compensated", report.Ends)
	}
}
