package reference

import (
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Chained is a saga whose steps run ahead of what is durable, until a step that must be asked about,
// and that tries everything once only.
func Chained(w *sagatest.World) sagatest.Case[Trip] {
	hotel, flight, car, payment := w.Participant("hotel"), w.Participant("flight"), w.Participant("car"), w.Participant("payment")
	once := saga.RetryPolicy{MaxAttempts: 1}
	return sagatest.Case[Trip]{Input: Trip{Destination: "Jeju"}, Definition: saga.Definition[Trip]{
		Name: "chained", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Trip]{
			{Name: "hotel", Action: on(hotel.Do), Compensation: on(hotel.Undo), Replayable: true, Retry: once},
			{Name: "flight", Action: on(flight.Do), Compensation: on(flight.Undo), Replayable: true, Retry: once},
			{Name: "car", Action: on(car.Do), Compensation: on(car.Undo), Fence: on(car.Fence), Replayable: true, Retry: once},
			{Name: "payment", Kind: saga.Pivot, Action: on(payment.Do), Probe: on(payment.Probe), Fence: on(payment.Fence), Retry: once},
		}}}
}

// Probed is a saga whose steps are asked about and never fenced, so that a late original may come
// after any answer: what turns back in doubt needs a person.
func Probed(w *sagatest.World) sagatest.Case[Trip] {
	hotel, flight, payment, mail := w.Participant("hotel"), w.Participant("flight"), w.Participant("payment"), w.Participant("mail")
	return sagatest.Case[Trip]{Input: Trip{Destination: "Jeju"}, Definition: saga.Definition[Trip]{Name: "probed", Version: 1, Steps: []saga.Step[Trip]{
		{Name: "hotel", Action: on(hotel.Do), Compensation: on(hotel.Undo), Replayable: true},
		{Name: "flight", Action: on(flight.Do), Compensation: on(flight.Undo), Probe: on(flight.Probe)},
		{Name: "payment", Kind: saga.Pivot, Action: on(payment.Do), Probe: on(payment.Probe)},
		{Name: "mail", Kind: saga.Retriable, Action: on(mail.Do), Probe: on(mail.Probe)},
	}}}
}
