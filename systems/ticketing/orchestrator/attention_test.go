package orchestrator_test

import (
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// an undo that is never answered is visible, says why, and is answered when the service is back.
func TestAnUndoThatNobodyAnswersNeedsAttention(t *testing.T) {
	t.Parallel()
	w := (&town{t: t, config: func(c *orchestrator.Config) {
		c.Engine.CompensationRetry = saga.RetryPolicy{MaxAttempts: 3, Initial: time.Millisecond, Max: 10 * time.Millisecond}
		patient(c)
	}}).opens()
	w.refuses(event.Concert, "no")
	w.loseAll("UndoDebit to user")
	v := w.wants(202, "", pay("k")).view
	if v.State != orchestrator.NeedsAttention || v.Refunded != 0 {
		t.Errorf("got %+v", v)
	}
	in, err := w.orchestrator.Engine().Get(t.Context(), v.SagaID)
	must(t, err)
	if in.Reason != saga.UndoUnfinished || in.Step != string(event.Debit) || in.Detail == "" || in.Due.IsZero() {
		t.Errorf("it stands as %+v; want to read that the undo of DEBIT is unfinished, and when it is asked for again", in)
	}
	if n := len(w.toldOf(v.SagaID)); n != 0 {
		t.Error("an end was told before there was one")
	}

	w.mu.Lock()
	held := w.lost[len(w.lost)-1]
	w.lose["UndoDebit to user"] = 0
	w.mu.Unlock()
	must(t, w.bus.Publish(t.Context(), held)) // the user service is back and takes what waited for it
	w.eventually("the saga to end", func() bool { return w.send(see(v.SagaID)).view.State == orchestrator.Compensated })
	if got := w.wants(409, "no", pay("k")); got.problem.Refunded != 300 {
		t.Errorf("got %s", got.body)
	}
	if got := strings.Join(w.history(), " "); got != "CLAIM DEBIT RESERVATION QUEUE undo QUEUE undo RESERVATION undo DEBIT undo CLAIM" {
		t.Error(got)
	}
	if typ := w.toldOnce(v.SagaID); typ != "SagaFailed" {
		t.Error("told", typ)
	}
}

// A person who calls a payment off in the middle gets the money back for the buyer, wherever it stands.
func TestAPaymentThatIsCalledOffIsPaidBack(t *testing.T) {
	t.Parallel()
	for _, lost := range everyMessage("ClaimReservations", "DebitBalance", "BalanceDebited", "PaymentCompleted", "QueueCompleted", "ConcertStatusUpdated") {
		t.Run(lost, func(t *testing.T) {
			t.Parallel()
			w := (&town{t: t, config: func(c *orchestrator.Config) { c.Expect, c.Budget = 5*time.Second, time.Minute }}).opens()
			w.lose[lost] = 1
			id, err := w.orchestrator.StartSaga(t.Context(), mina, "t", "k", 1, []int64{1, 2})
			must(t, err)
			w.eventually(lost, func() bool { return w.count(lost) > 0 })
			must(t, w.orchestrator.Engine().Compensate(t.Context(), id, "kim", "the concert is off"))
			v := w.ends(id)
			if v.State != orchestrator.Compensated && v.State != orchestrator.Failed {
				t.Errorf("got %+v", v)
			}
			var f event.SagaFailed
			if typ := w.hears(id, &f); typ != "SagaFailed" || f.Refunded != v.Refunded || (v.Refunded == 300) != (v.State == orchestrator.Compensated) {
				t.Errorf("told %s %+v of %+v", typ, f, v)
			}
			w.late()
			w.balanced(id)
		})
	}
}

// late lets everything arrive that was lost.
func (w *town) late() {
	w.t.Helper()
	w.mu.Lock()
	lost := w.lost
	w.lost = nil
	clear(w.lose)
	w.mu.Unlock()
	for _, m := range lost {
		must(w.t, w.bus.Publish(w.t.Context(), m))
	}
}

// balanced wants each step to have been undone as often as it was done, and no payment to stand.
func (w *town) balanced(id string) {
	w.t.Helper()
	stands := map[string]int{}
	for _, what := range w.history() {
		if step, undone := strings.CutPrefix(what, "undo "); undone {
			stands[step]--
		} else {
			stands[what]++
		}
	}
	for step, n := range stands {
		if n != 0 {
			w.t.Errorf("%s stands %d times; did %q", step, n, w.history())
		}
	}
	all, err := w.payments.Payments(w.t.Context(), mina, "", 10)
	must(w.t, err)
	for _, p := range all {
		if p.Status != "FAILED" && p.Status != "CANCELLED" {
			w.eventually("the payment of "+id+" to fail", func() bool { p, _ := w.payment(id); return p.Status == "FAILED" || p.Status == "CANCELLED" })
		}
	}
}
