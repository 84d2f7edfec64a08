package load

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// Service makes the participant's side of a case by message: what takes the operations of all steps,
// and what puts its replies on the bus. The responder is ready when it returns.
type Service func(ctx context.Context, c Case, bus *message.Bus) (*participant.Responder, func() error, error)

// ByMessage is the engine whose steps are asked by one message each and answered by another, over
// delivery within the process.
func ByMessage(name string, open OpenStore, serve Service, preload func(ctx context.Context, address string, n int) error) Contestant {
	who := Contestant{
		Name: name, Only: []string{"W1", "W3"},
		Open: func(ctx context.Context, c Case) (Runner, error) {
			bus := message.NewBus()
			responder, closeService, err := serve(ctx, c, bus)
			if err != nil {
				return nil, err
			}
			r, err := openEngine(ctx, c.Address, open, asking(bus))
			if err != nil {
				return nil, errors.Join(err, closeService())
			}
			for _, typ := range responder.Types() {
				bus.Subscribe(typ, responder.Take)
			}
			replies := participant.NewReplies(r.engine, asker)
			for step := range Steps {
				bus.Subscribe(OperationName(step)+".reply", replies.Take)
			}
			return &mailRunner{r, closeService}, nil
		},
		Read: func(ctx context.Context, c Case, ids []string) (Found, error) {
			return readEngine(ctx, c.Address, open, asking(message.NewBus()), ids)
		},
	}
	return who.preloadedBy(preload)
}

type mailRunner struct {
	*engineRunner
	closeService func() error
}

func (r *mailRunner) Close() error { return errors.Join(r.engineRunner.Close(), r.closeService()) }

const asker = "/bench/engine"

// OperationName is what a step's operation is called.
func OperationName(step int) string { return fmt.Sprintf("step%d", step+1) }

// asking is the definition whose steps are by message.
func asking(p message.Publisher) saga.Definition[Order] {
	d := saga.Definition[Order]{Name: "order", Version: 1}
	for i := range Steps {
		q := participant.Requester{Publisher: p, Source: asker, Name: OperationName(i)}
		d.Steps = append(d.Steps, participant.Step(OperationName(i), saga.Compensatable, q, func(o Order) any { return o }, nil))
	}
	return d
}

// NoOp is a service that keeps nothing: it counts a call and answers it, so that what remains is the
// engine and the messages.
func NoOp(_ context.Context, c Case, bus *message.Bus) (*participant.Responder, func() error, error) {
	r := participant.NewResponder("/bench/service", nil)
	for i := range Steps {
		r.Handle(OperationName(i), noOp(c.Participant, i, bus, nil))
	}
	return r, func() error { return nil }, nil
}

// noOp is a step's operation; tell is nil until somebody asks for it by message.
func noOp(p Participant, step int, bus *message.Bus, tell participant.Tell) participant.Operation {
	say := func(e participant.Entry) (participant.Entry, error) {
		m, err := tell(e, nil)
		if err == nil {
			go func() { _ = bus.Publish(context.Background(), m) }() // as a broker would, later
		}
		return e, err
	}
	unasked := func(context.Context, string) (participant.Entry, error) {
		return participant.Entry{}, errors.New("bench: no message is lost here, so nobody asks")
	}
	return participant.Operation{
		Telling: func(t participant.Tell) participant.Operation { return noOp(p, step, bus, t) },
		Probe:   unasked, Fence: unasked,
		Do: func(ctx context.Context, key string, _ json.RawMessage) (participant.Entry, error) {
			state, refusal, err := Acted(p.Act(ctx, InstanceOf(key), step))
			if err != nil {
				return participant.Entry{}, err
			}
			return say(participant.Entry{Key: key, Operation: OperationName(step), State: state, Refusal: refusal})
		},
		Undo: func(ctx context.Context, key string) (participant.Entry, error) {
			if err := p.Undo(ctx, InstanceOf(key), step); err != nil {
				return participant.Entry{}, err
			}
			return say(participant.Entry{Key: key, Operation: OperationName(step), State: participant.Reverted})
		},
	}
}

// Acted is what a participant's answer to an action is in a ledger.
func Acted(err error) (participant.State, *participant.Refusal, error) {
	switch {
	case err == nil:
		return participant.Applied, nil, nil
	case errors.Is(err, ErrRefused):
		return participant.Refused, &participant.Refusal{Code: "refused", Detail: err.Error()}, nil
	}
	return "", nil, err
}

// InstanceOf is the saga that a key belongs to.
func InstanceOf(key string) string {
	id, _, _ := strings.Cut(key, "/")
	return id
}
