// Package reference holds the sagas that the explorer is measured with, and that planted bugs are
// hunted in. [Case] has five steps of five natures; [Probed] has steps that are asked about and never
// fenced; [Chained] has steps that run ahead of what is durable. [Replied], [Timed] and [Ahead] wait for
// replies and timers and have conditions. [Grouped] has parallel groups and a saga within, [Followed]
// follows what others do unasked. Between them every branch of the rule is taken, which is
// what makes a bug in one of them show.
//
//	report, failure := sagatest.Find(nil, reference.Case)
package reference

import (
	"context"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Trip is the state of the reference saga.
type Trip struct {
	Destination string
	Hotel       string
}

// Definition is a saga of five steps of five natures, each done by the participant of its name:
// replayable with a fence; with probe and fence and not replayable; replayable without either; the
// pivot, with probe and fence; and one that must finish.
func Definition(hotel, flight, car, payment, mail *sagatest.Participant) saga.Definition[Trip] {
	return saga.Definition[Trip]{Name: "trip", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Trip]{
		{Name: "hotel", Action: booked(hotel), Compensation: on(hotel.Undo), Fence: on(hotel.Fence), Replayable: true},
		{Name: "flight", Action: on(flight.Do), Compensation: on(flight.Undo), Probe: on(flight.Probe), Fence: on(flight.Fence)},
		{Name: "car", Action: on(car.Do), Compensation: on(car.Undo), Replayable: true},
		{Name: "payment", Kind: saga.Pivot, Action: on(payment.Do), Probe: on(payment.Probe), Fence: on(payment.Fence)},
		{Name: "mail", Kind: saga.Retriable, Action: on(mail.Do), Replayable: true},
	}}
}

// Case is the reference saga with participants that keep their word.
func Case(w *sagatest.World) sagatest.Case[Trip] {
	return sagatest.Case[Trip]{
		Definition: Definition(w.Participant("hotel"), w.Participant("flight"), w.Participant("car"),
			w.Participant("payment"), w.Participant("mail")),
		Input: Trip{Destination: "Jeju"},
	}
}

func booked(p *sagatest.Participant) saga.Func[Trip] {
	return func(ctx context.Context, t *Trip, a saga.Attempt) error {
		err := p.Do(ctx, a.Key)
		if err == nil {
			t.Hotel = "room of " + a.Key.Instance
		}
		return err
	}
}

func on(call func(context.Context, saga.Key) error) saga.Func[Trip] {
	return func(ctx context.Context, _ *Trip, a saga.Attempt) error { return call(ctx, a.Key) }
}
