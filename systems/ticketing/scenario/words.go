package scenario

import (
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// The words of the scripts.

func arm(at string, kind fault.Kind) Step { return Step{Arm: &fault.Fault{At: at, Kind: kind}} }

// always goes wrong until it is disarmed or healed.
func always(at string, kind fault.Kind) Step {
	return Step{Arm: &fault.Fault{At: at, Kind: kind, Times: -1}}
}

func disarm(at string, kind fault.Kind) Step {
	return Step{Disarm: &fault.Fault{At: at, Kind: kind}}
}

func pay(key string) Step             { return Step{Pay: key} }
func send() Step                      { return Step{Send: First} }
func answered() Step                  { return Step{Answer: true} }
func struck(at string) Step           { return Step{Struck: at} }
func heal() Step                      { return Step{Heal: true} }
func release() Step                   { return Step{Release: true} }
func died() Step                      { return Step{Died: true} }
func admin(d Deed) Step               { return Step{Admin: d} }
func rival(d Deed) Step               { return Step{Rival: d} }
func later(d time.Duration) Step      { return Step{Later: d} }
func untilState(s string) Step        { return Step{State: s} }
func retry() Step                     { return Step{Retry: true} }
func charge(won int64) Step           { return Step{Charge: won} }
func everything(kind fault.Kind) Step { return Step{Everywhere: kind} }

// crashing is a payment during which the whole system dies at a place. The buyer sees the connection break
// and sends the same again.
func crashing(at string, kind fault.Kind) []Step {
	return []Step{arm(at, kind), send(), died(), answered(), pay(First)}
}

// keptBack is a payment under way whose message does not get there, however often it is asked for.
func keptBack(at string) []Step {
	return []Step{always(at, fault.Postpone), send(), struck(at)}
}

// The ends that most rows have.

// completed is the end of a payment that went through.
func completed(answers ...int) End {
	return End{
		Saga: "COMPLETED", Payment: "COMPLETED", Reserved: []string{"PAYMENT_COMPLETED"}, Seats: []string{"SOLD"}, Token: "COMPLETED",
		Concert: "AVAILABLE", Balance: -Price, Answers: answers, Told: "COMPLETED",
	}
}

// failed is the end of a payment that came to nothing before any money was taken: the reservation is the
// buyer's as before.
func failed(answers ...int) End {
	return End{
		Saga: "FAILED", Payment: "FAILED", Reserved: []string{"PAYMENT_PENDING"}, Seats: []string{"HELD"}, Token: "ACTIVE",
		Concert: "AVAILABLE", Undone: []string{"CLAIM"}, Answers: answers, Told: "FAILED",
	}
}

// returned is the end of a payment that was paid back before the reservation was the buyer's for good: it is
// held as before.
func returned(answers ...int) End {
	e := failed(answers...)
	e.Saga, e.Payment, e.Undone = "COMPENSATED", "CANCELLED, refunded", []string{"PAYMENT", "DEBIT", "CLAIM"}
	return e
}

// releasedSeat is the end of a payment that was paid back after the reservation was: it is cancelled, and the seat
// is free. undone are the steps before PAYMENT in the order of undoing.
func releasedSeat(undone []string, answers ...int) End {
	e := returned(answers...)
	e.Reserved, e.Seats = []string{"RESERVATION_CANCELLED"}, []string{"AVAILABLE"}
	e.Undone = append(undone, e.Undone...)
	return e
}

// with changes an end.
func (e End) with(change func(*End)) End {
	change(&e)
	return e
}
