package orchestrator_test

import (
	"slices"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// Where nothing goes wrong, every reply is heard when it comes or kept until its turn: none is left behind as
// too late, whether the payment goes through or a service refuses. But for DEBIT: that it failed is also told to
// the payment service, which says so by itself while it may be asked to forbid its step.
func TestNoReplyIsLateWhereNothingGoesWrong(t *testing.T) {
	t.Parallel()
	for _, refused := range []event.SagaStep{"", event.Claim, event.Reservation, event.Queue, event.Concert} {
		t.Run("refused "+string(refused), func(t *testing.T) {
			t.Parallel()
			w := (&town{t: t, config: func(c *orchestrator.Config) { c.Expect, c.Budget = 20*time.Second, time.Minute }}).opens()
			w.refuses(refused, "no")
			id := w.pays("k").SagaID
			w.toldOnce(id)
			sent, err := w.orchestrator.Engine().Sent(t.Context(), id)
			must(t, err)
			history, err := w.orchestrator.Engine().History(t.Context(), id)
			must(t, err)
			for _, s := range sent {
				// Where the disk takes longer than a tenth of a second to keep what a reply settled, the reply is stored
				// too, and may be noted as late although it was heard.
				if !slices.ContainsFunc(history, func(e saga.Event) bool { return e.Step == s.Step && e.Outcome == s.Outcome && e.By == s.By }) {
					t.Errorf("%s %s %s %q: %v", s.Step, s.Outcome, s.By, s.Reason, s.Result.Err)
				}
			}
		})
	}
}
