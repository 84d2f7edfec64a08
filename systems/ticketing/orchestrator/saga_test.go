package orchestrator_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

// everything succeeds.
func TestAllStepsFollowFromEachOther(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	v := w.pays("k")
	if v.State != orchestrator.Completed || v.Amount != 300 || v.Refunded != 0 || len(v.Payments) != 2 || v.PaymentID == "" {
		t.Errorf("got %+v", v)
	}
	if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE CONCERT" {
		t.Error(got)
	}
	var done event.SagaCompleted
	if typ := w.hears(v.SagaID, &done); typ != "SagaCompleted" || done.Amount != 300 || done.PaymentID != v.PaymentID {
		t.Errorf("told %s %+v", typ, done)
	}
	if p, history := w.payment(v.SagaID); p.Status != payment.Completed || len(history) != 2 {
		t.Errorf("the payment is %+v %+v", p, history)
	}
}

// what a step that refuses leaves behind, and in which order the others are undone.
func TestARefusalUndoesWhatWasDoneInReverse(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		step     event.SagaStep
		state    orchestrator.State
		did      string
		refunded int64
		payment  payment.Status
	}{
		{event.Claim, orchestrator.Failed, "", 0, ""},
		{event.Debit, orchestrator.Failed, "CLAIM undo CLAIM", 0, payment.Failed},
		{event.Reservation, orchestrator.Compensated, "CLAIM DEBIT undo DEBIT undo CLAIM", 300, payment.Cancelled},
		{event.Queue, orchestrator.Compensated, "CLAIM DEBIT RESERVATION undo RESERVATION undo DEBIT undo CLAIM", 300, payment.Cancelled},
		{event.Concert, orchestrator.Compensated, "CLAIM DEBIT RESERVATION QUEUE undo QUEUE undo RESERVATION undo DEBIT undo CLAIM", 300, payment.Cancelled},
	} {
		t.Run(string(c.step), func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.refuse[c.step] = "no"
			v := w.pays("k")
			if v.State != c.state || v.Refunded != c.refunded || v.Failed == nil || v.Failed.Step != c.step || v.Failed.Code != "no" {
				t.Errorf("got %+v, failed %+v", v, v.Failed)
			}
			if got := strings.Join(w.history(), " "); got != c.did {
				t.Errorf("did %q, want %q", got, c.did)
			}
			var f event.SagaFailed
			if typ := w.hears(v.SagaID, &f); typ != "SagaFailed" || f.Step != c.step || f.Refunded != c.refunded {
				t.Errorf("told %s %+v", typ, f)
			}
			if c.payment == "" {
				return
			}
			p, history := w.payment(v.SagaID)
			if p.Status != c.payment || p.RefundedAt.IsZero() != (c.payment != payment.Cancelled) {
				t.Errorf("the payment is %+v %+v", p, history)
			}
		})
	}
}

// any message may get lost once; whoever misses it asks.
func TestEveryMessageMayGetLostOnce(t *testing.T) {
	t.Parallel()
	for _, lost := range everyMessage("ClaimReservations", "ReservationsClaimed", "PaymentInitiated", "DebitBalance", "BalanceDebited",
		"PaymentCompleted", "ReservationsCompleted", "QueueCompleted", "ConcertStatusUpdated") {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			w := newTown(t)
			w.lose[lost] = 1
			if v := w.pays("k"); v.State != orchestrator.Completed {
				t.Errorf("it ended %s", v.State)
			}
			if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE CONCERT" {
				t.Error(got)
			}
		})
	}
}

// everyMessage names each way of the messages of these types.
func everyMessage(types ...string) (ways []string) {
	for _, m := range event.Catalogue() {
		if !slices.Contains(types, m.Type) {
			continue
		}
		for _, to := range m.To {
			if m.Type != "ConcertStatusUpdated" || to == "orchestrator" {
				ways = append(ways, m.Type+" to "+to)
			}
		}
	}
	return ways
}

// The same on the way back.
func TestEveryMessageOfTheWayBackMayGetLostOnce(t *testing.T) {
	t.Parallel()
	for _, s := range event.Steps() {
		if s.Name == event.Concert {
			continue
		}
		for _, lost := range everyMessage(s.Undo, s.Undone) {
			t.Run(lost, func(t *testing.T) {
				t.Parallel()
				w := newTown(t)
				w.refuse[event.Concert], w.lose[lost] = "no", 1
				if v := w.pays("k"); v.State != orchestrator.Compensated || v.Refunded != 300 {
					t.Errorf("it ended %+v", v)
				}
				if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE undo QUEUE undo RESERVATION undo DEBIT undo CLAIM" {
					t.Error(got)
				}
			})
		}
	}
}

// A step that never answers is forbidden before anything is undone, and what comes later finds the door shut.
func TestWhatIsMissingForTooLongIsForbiddenAndUndone(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	w.lose["QueueCompleted to concert"] = -1
	v := w.pays("k")
	if v.State != orchestrator.Compensated || v.Failed == nil || v.Failed.Step != event.Concert || v.Failed.Code != "not-in-time" {
		t.Errorf("got %+v, failed %+v", v, v.Failed)
	}
	if got, want := strings.Join(w.history(), " "), "CLAIM DEBIT RESERVATION QUEUE undo QUEUE undo RESERVATION undo DEBIT undo CLAIM"; got != want {
		t.Errorf("did %q, want %q", got, want)
	}
}
