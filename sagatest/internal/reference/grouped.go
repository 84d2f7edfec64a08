package reference

import (
	"context"
	"errors"
	"time"

	"encoding/json"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sagatest"
)

// Journey is the state of the saga with parallel groups; each branch has a field of its own.
type Journey struct {
	Flight Leg
	Hotel  Leg
	Car    Leg
	Mailed bool
	Billed bool
}

// Leg is the state of a saga within the saga.
type Leg struct{ Ref string }

// Grouped is a saga with a parallel group on either side of its pivot. Its branches are a step that is
// asked about, a saga of two steps that run ahead, and a step that is answered by message.
func Grouped(w *sagatest.World) sagatest.Case[Journey] {
	flight, room, meal, car := w.Participant("flight"), w.Participant("room"), w.Participant("meal"), w.Participant("car")
	bank, mail, bill := w.Participant("bank"), w.Participant("mail"), w.Participant("bill")
	hotel := []saga.Step[Leg]{
		{Name: "room", Action: refers(room), Compensation: on1[Leg](room.Undo), Fence: on1[Leg](room.Fence), Replayable: true},
		{Name: "meal", Action: on1[Leg](meal.Do), Compensation: on1[Leg](meal.Undo), Replayable: true},
	}
	return sagatest.Case[Journey]{Check: joined, Definition: saga.Definition[Journey]{
		Name: "grouped", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Journey]{
			{Name: "book", Parallel: true, Steps: []saga.Step[Journey]{
				{Name: "flight", Action: func(ctx context.Context, j *Journey, a saga.Attempt) error {
					j.Flight.Ref = a.Key.String()
					return flight.Do(ctx, a.Key)
				}, Compensation: on1[Journey](flight.Undo), Probe: func(ctx context.Context, j *Journey, a saga.Attempt) error {
					j.Flight.Ref = a.Key.String()
					return flight.Probe(ctx, a.Key)
				}, Fence: on1[Journey](flight.Fence)},
				{Name: "hotel", Steps: saga.Nest(func(j *Journey) *Leg { return &j.Hotel }, hotel...)},
				{
					Name: "car", ReplyTimeout: replyTimeout, Fence: on1[Journey](car.Fence), Compensation: on1[Journey](car.Undo),
					Action: func(_ context.Context, _ *Journey, a saga.Attempt) error {
						return w.Later(saga.Reply{Key: a.Key, Data: json.RawMessage(`{"Ref":"car"}`)}, car.Do)
					},
					Reply: func(j *Journey, r saga.Reply) error { return json.Unmarshal(r.Data, &j.Car) },
				},
			}},
			{Name: "pay", Kind: saga.Pivot, Action: on1[Journey](bank.Do), Probe: on1[Journey](bank.Probe), Fence: on1[Journey](bank.Fence)},
			{Name: "tell", Parallel: true, Steps: []saga.Step[Journey]{
				{Name: "mail", Kind: saga.Retriable, Replayable: true, Action: func(ctx context.Context, j *Journey, a saga.Attempt) error {
					j.Mailed = true
					return mail.Do(ctx, a.Key)
				}},
				{Name: "bill", Kind: saga.Retriable, Probe: on1[Journey](bill.Probe), Action: on1[Journey](bill.Do)},
			}},
		}}}
}

// Followed is a saga that asks for a payment and follows what the services do then: they hold a seat, and
// after that take the visitor from the queue, and nobody asks them to.
func Followed(w *sagatest.World) sagatest.Case[Journey] {
	pay, seat, queue, mail := w.Participant("pay"), w.Participant("seat"), w.Participant("queue"), w.Participant("mail")
	follow := func(name string, p *sagatest.Participant, kind saga.Kind) saga.Step[Journey] {
		st := saga.Step[Journey]{
			Name: name, Kind: kind, ReplyTimeout: replyTimeout, Probe: on1[Journey](p.Probe), Fence: on1[Journey](p.Fence),
			Reply: func(*Journey, saga.Reply) error { return nil },
		}
		if kind == saga.Compensatable {
			st.Compensation = on1[Journey](p.Undo)
		}
		return st
	}
	return sagatest.Case[Journey]{Definition: saga.Definition[Journey]{
		Name: "followed", Version: 1, Deadline: 10 * time.Minute, Steps: []saga.Step[Journey]{
			{Name: "pay", Compensation: on1[Journey](pay.Undo), Fence: on1[Journey](pay.Fence), Action: func(ctx context.Context, _ *Journey, a saga.Attempt) error {
				fact := func(step string, then func(context.Context, saga.Key) error) {
					_ = w.Later(saga.Reply{Key: saga.Key{Instance: a.Key.Instance, Step: step}}, then)
				}
				err := pay.Do(ctx, a.Key)
				if err == nil {
					fact("seat", seat.Do)
					fact("queue", func(ctx context.Context, key saga.Key) error {
						if seat.Probe(ctx, saga.Key{Instance: key.Instance, Step: "seat"}) != nil {
							return saga.NotDone // it follows the seat
						}
						return queue.Do(ctx, key)
					})
				}
				return err
			}},
			follow("seat", seat, saga.Compensatable),
			follow("queue", queue, saga.Pivot),
			{Name: "mail", Kind: saga.Retriable, Replayable: true, Action: on1[Journey](mail.Do)},
		}}}
}

// joined wants what each branch wrote.
func joined(in saga.Instance) error {
	var j Journey
	if err := json.Unmarshal(in.State, &j); err != nil {
		return err
	}
	if in.Status == saga.Completed && (j.Flight.Ref == "" || j.Hotel.Ref == "" || !j.Mailed) {
		return errors.New("it is completed, and what its branches wrote is not joined")
	}
	return nil
}

func refers(p *sagatest.Participant) saga.Func[Leg] {
	return func(ctx context.Context, l *Leg, a saga.Attempt) error {
		err := p.Do(ctx, a.Key)
		if err == nil {
			l.Ref = a.Key.String()
		}
		return err
	}
}

func on1[S any](call func(context.Context, saga.Key) error) saga.Func[S] {
	return func(ctx context.Context, _ *S, a saga.Attempt) error { return call(ctx, a.Key) }
}
