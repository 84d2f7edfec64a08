package payment_test

import (
	"encoding/json"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

const s1 = "s-1"

func initiated(id string) event.PaymentInitiated {
	return event.PaymentInitiated{Sale: sale(id, mina)}
}

func debited(id string) event.BalanceDebited {
	return event.BalanceDebited{Sale: sale(id, mina), PaymentID: payment.ID(id)}
}

func poor(id string) event.Failed {
	return event.Failed{SagaID: id, Step: event.Debit, Code: "insufficient-balance", Detail: "Charge it."}
}

func question(number int) event.Question {
	return event.Question{SagaID: s1, Step: event.Payment, Number: number}
}

func over(id string) event.SagaFailed {
	return event.SagaFailed{SagaID: id, UserID: mina, Code: "called-off", Detail: "The payment was called off."}
}

// A lost DebitBalance is made good by a repeat, which asks for the same in the same words.
func TestMoneyIsAskedForAgainUnderTheSameKey(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	m := letter(t, "PaymentInitiated", s1, initiated(s1))
	var asked [2]event.DebitBalance
	for i := range asked {
		must(t, w.handlers[m.Type](t.Context(), m))
		out := w.sent()
		if len(out) != 1 || out[0].Type != "DebitBalance" || out[0].Correlation != s1 || out[0].Causation != m.ID {
			t.Fatalf("sent %+v", out)
		}
		must(t, json.Unmarshal(out[0].Data, &asked[i]))
	}
	first, _ := json.Marshal(asked[0])
	if again, _ := json.Marshal(asked[1]); string(first) != string(again) || asked[0].PaymentID != payment.ID(s1) || asked[0].Sale.Amount != 300 {
		t.Errorf("asked %s, then %s", first, again)
	}
	w.stands(s1, payment.Pending)
	w.wants("BalanceDebited", s1, debited(s1), "PaymentCompleted")
	w.wants("PaymentInitiated", s1, initiated(s1), "") // it needs no more money
}

func TestAPaymentIsCompletedOnce(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("AskPayment", s1, question(1), "PaymentNotDone")
	w.wants("BalanceDebited", s1, debited(s1), "PaymentCompleted")
	w.wants("BalanceDebited", s1, debited(s1), "")
	w.wants("AskPayment", s1, question(2), "PaymentCompleted")
	w.wants("FencePayment", s1, question(3), "PaymentCompleted")
	w.stands(s1, payment.Pending, payment.Completed)
}

// The row is in a transaction of its own: what the desk refuses is rolled back, and the failure is not (F-A4).
func TestAFailureIsWrittenDown(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("BalanceDebitFailed", s1, poor(s1), "PaymentFailed insufficient-balance")
	w.stands(s1, payment.Pending, payment.Failed)
	w.wants("BalanceDebitFailed", s1, poor(s1), "")
	w.wants("AskPayment", s1, question(1), "PaymentFailed insufficient-balance")
	w.wants("PaymentInitiated", s1, initiated(s1), "")
	w.wants("BalanceDebited", s1, debited(s1), "")
	w.wants("UndoPayment", s1, question(1), "PaymentUndone")
	w.stands(s1, payment.Pending, payment.Failed)
	if _, history, err := w.Payment(t.Context(), mina, payment.ID(s1)); err != nil || history[1].Reason != "insufficient-balance" {
		t.Errorf("the history is %+v, %v", history, err)
	}
}

// A failure can be told before the payment was begun, when a service was told not to debit any more.
func TestAPaymentThatFailedBeforeItWasBegunFails(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("BalanceDebitFailed", s1, poor(s1), "PaymentFailed insufficient-balance")
	w.stands(s1)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("BalanceDebitFailed", s1, poor(s1), "") // the user service answers a command each time
	w.stands(s1, payment.Pending, payment.Failed)
}

// F-A9: one refund, however often it is asked for.
func TestAPaymentIsCancelledOnce(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("BalanceDebited", s1, debited(s1), "PaymentCompleted")
	w.wants("UndoPayment", s1, question(1), "PaymentUndone")
	first, _, err := w.Payment(t.Context(), mina, payment.ID(s1))
	must(t, err)
	w.wants("UndoPayment", s1, question(2), "PaymentUndone")
	w.wants("BalanceDebited", s1, debited(s1), "")
	w.wants("SagaFailed", s1, over(s1), "")
	w.wants("AskPayment", s1, question(3), "PaymentFailed undone")
	w.stands(s1, payment.Pending, payment.Completed, payment.Cancelled)
	if again, _, err := w.Payment(t.Context(), mina, payment.ID(s1)); err != nil || !again.RefundedAt.Equal(first.RefundedAt) {
		t.Errorf("refunded at %v, and then at %v: %v", first.RefundedAt, again.RefundedAt, err)
	}
}

// F-A13: what was undone or forbidden before it was done is not done later, and does not stay PENDING.
func TestMoneyThatComesTooLateCompletesNothing(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ typ, answer string }{{"UndoPayment", "PaymentUndone"}, {"FencePayment", "PaymentFailed not-in-time"}} {
		for _, debitedAt := range []string{"before the end is told", "after the end is told"} {
			t.Run(c.typ+" "+debitedAt, func(t *testing.T) {
				t.Parallel()
				w := newTill(t, nil)
				w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
				w.wants(c.typ, s1, question(1), c.answer)
				if debitedAt == "before the end is told" {
					w.wants("BalanceDebited", s1, debited(s1), "")
					w.stands(s1, payment.Pending)
				}
				w.wants("SagaFailed", s1, over(s1), "")
				w.stands(s1, payment.Pending, payment.Failed)
				w.wants("BalanceDebited", s1, debited(s1), "")
				w.wants("SagaFailed", s1, over(s1), "")
				w.stands(s1, payment.Pending, payment.Failed)
			})
		}
	}
}

// A payment that has failed refuses money for good; to say "try again" would be said for ever.
func TestMoneyForAFailedPaymentIsRefused(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("SagaFailed", s1, over(s1), "") // a person called it off, and nobody forbade the step
	w.wants("BalanceDebited", s1, debited(s1), "PaymentFailed not-in-time")
	w.stands(s1, payment.Pending, payment.Failed)
	w.wants("UndoPayment", s1, question(1), "PaymentUndone")
}

// The end of a saga may be told before its beginning.
func TestASagaThatFailedBeforeItsPaymentWasBegun(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("SagaFailed", s1, over(s1), "")
	w.stands(s1)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	w.wants("BalanceDebitFailed", s1, poor(s1), "PaymentFailed insufficient-balance")
	w.stands(s1, payment.Pending, payment.Failed)
}

// Nothing says anything about another saga than its own, and what nobody can handle is a dead letter.
func TestWhatCannotBeIsADeadLetter(t *testing.T) {
	t.Parallel()
	w := newTill(t, nil)
	w.wants("PaymentInitiated", s1, initiated(s1), "DebitBalance")
	free := initiated("s-2")
	free.Sale.Amount = 0
	w.poisoned("PaymentInitiated", "s-2", initiated("s-3"))
	w.poisoned("PaymentInitiated", "s-2", free)
	w.poisoned("PaymentInitiated", "s-2", 7)
	w.poisoned("BalanceDebited", "s-2", debited(s1))
	w.poisoned("BalanceDebited", "s-2", debited("s-2")) // never begun
	w.poisoned("BalanceDebited", s1, poor(s1))
	w.poisoned("BalanceDebitFailed", s1, debited(s1))
	w.poisoned("BalanceDebitFailed", s1, poor("s-2"))
	w.poisoned("BalanceDebitFailed", s1, event.Failed{SagaID: s1, Step: event.Debit})
	w.poisoned("BalanceDebitFailed", s1, event.Failed{SagaID: s1, Step: event.Queue, Code: "no"})
	w.poisoned("SagaFailed", "s-2", over(s1))
	w.poisoned("UndoPayment", "s-2", question(1))
	for _, id := range []string{"s-2", "s-3"} {
		w.stands(id)
	}
	w.stands(s1, payment.Pending)
	w.wants("AskPayment", s1, question(1), "PaymentNotDone")
}
