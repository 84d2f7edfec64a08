package event

import "github.com/seosa-dev/saga"

// SagaStep names a step of the saga; the write-up's word for it.
type SagaStep string

// The steps, in order.
const (
	Claim       SagaStep = "CLAIM"
	Debit       SagaStep = "DEBIT"
	Payment     SagaStep = "PAYMENT"
	Reservation SagaStep = "RESERVATION"
	Queue       SagaStep = "QUEUE"
	Concert     SagaStep = "CONCERT"
)

// Key is what a step is done under in one saga.
func (s SagaStep) Key(sagaID string) string {
	return saga.Key{Instance: sagaID, Step: string(s)}.String()
}

// Step is what the messages of one step are.
type Step struct {
	Name     SagaStep
	Service  string   // whose step it is
	Triggers []string // what makes it happen, or makes it fail
	Done     string   // tells that it took effect
	Failed   string   // tells that it did not, and never will
	NotDone  string   // answers Ask: not so far
	Undo     string   // asks to undo it
	Undone   string   // answers that
	Ask      string   // asks what became of it
	Fence    string   // asks the same, and forbids it if nothing did
}

// Steps are all steps of the saga, in order.
func Steps() []Step {
	return []Step{
		step(Claim, "reservation", "Claim", "ReservationsClaimed", "ClaimRefused", "ClaimReservations"),
		step(Debit, "user", "Debit", "BalanceDebited", "BalanceDebitFailed", "DebitBalance"),
		step(Payment, "payment", "Payment", "PaymentCompleted", "PaymentFailed", "BalanceDebited", "BalanceDebitFailed"),
		step(Reservation, "reservation", "Reservation", "ReservationsCompleted", "ReservationsFailed", "PaymentCompleted"),
		step(Queue, "queue", "Queue", "QueueCompleted", "QueueFailed", "ReservationsCompleted"),
		step(Concert, "concert", "Concert", "ConcertStatusUpdated", "ConcertStatusFailed", "QueueCompleted"),
	}
}

// StepOf returns a step by its name. It panics if there is none.
func StepOf(name SagaStep) Step {
	for _, s := range Steps() {
		if s.Name == name {
			return s
		}
	}
	panic("event: there is no step " + string(name))
}

// Before is the step before another; "" if that is the first.
func Before(name SagaStep) SagaStep {
	var before SagaStep
	for _, s := range Steps() {
		if s.Name == name {
			break
		}
		before = s.Name
	}
	return before
}

func step(name SagaStep, service, word, done, failed string, triggers ...string) Step {
	return Step{
		Name: name, Service: service, Triggers: triggers, Done: done, Failed: failed,
		NotDone: word + "NotDone", Undo: "Undo" + word, Undone: word + "Undone", Ask: "Ask" + word, Fence: "Fence" + word,
	}
}
