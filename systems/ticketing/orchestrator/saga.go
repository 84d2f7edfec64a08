package orchestrator

import (
	"context"
	"errors"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

const definitionName = "ticket-payment"

// patience is how long a step is expected before it is asked about, and how long in all before it is given
// up.
type patience struct {
	expect, budget time.Duration
}

// last is the number of the attempt that forbids a step which is still missing: each round is a wait and
// a question.
func (p patience) last() int { return 2 * int(max(p.budget/p.expect, 1)) }

// retry goes on for a while after the last question, because its answer may get lost too. Then the
// instance needs attention, and the engine goes on asking slowly. The first waits are short, but not so short
// that a step which is refused a hearing at once, again and again, has used up its attempts long before its
// budget: up to the last question they add up to about the budget by themselves.
func (p patience) retry() saga.RetryPolicy {
	return saga.RetryPolicy{MaxAttempts: p.last() + 8, Initial: p.expect / 10, Max: p.expect}
}

// definition is the payment saga as data. Two steps make something happen; the others follow from them,
// and are expected.
func definition(s sender, p patience) saga.Definition[Purchase] {
	claim, debit := s.step(event.Claim, p), s.step(event.Debit, p)
	claim.Action = func(ctx context.Context, b *Purchase, a saga.Attempt) error {
		return s.send(ctx, a, "ClaimReservations", event.ClaimReservations{
			SagaID: a.Key.Instance, UserID: b.UserID, Token: b.Token, ConcertID: b.ConcertID, ReservationIDs: b.ReservationIDs,
		})
	}
	debit.Action = func(ctx context.Context, b *Purchase, a saga.Attempt) error {
		return s.send(ctx, a, "PaymentInitiated", event.PaymentInitiated{Sale: *b.Sale})
	}
	return saga.Definition[Purchase]{Name: definitionName, Version: 1, Steps: []saga.Step[Purchase]{
		claim, debit, s.step(event.Payment, p), s.step(event.Reservation, p), s.step(event.Queue, p), s.step(event.Concert, p),
	}}
}

// Definition is the payment saga as data, for tools that look at it or explore its shape. Its functions reach
// nobody.
func Definition() saga.Definition[Purchase] {
	return definition(sender{message.NewBus()}, patience{defaultExpect, defaultBudget})
}

// step is a step that others do unasked. It is Replayable: what is sent again after a crash has the same
// key, and services keep their answers by it.
func (s sender) step(name event.SagaStep, p patience) saga.Step[Purchase] {
	told := event.StepOf(name)
	return saga.Step[Purchase]{
		Name: string(name), Replayable: true, Probe: s.missing(name, p.last()),
		Compensation: s.asking(told.Undo), Fence: s.asking(told.Fence),
		Reply: (*Purchase).fold, ReplyTimeout: p.expect, Retry: p.retry(),
	}
}

func (s sender) asking(typ string) saga.Func[Purchase] {
	return func(ctx context.Context, _ *Purchase, a saga.Attempt) error {
		return s.question(ctx, a, typ, event.SagaStep(a.Key.Step))
	}
}

// missing asks about a step that has not happened. First it asks about the one before, whose answer makes
// this one happen if what should have was lost. When the budget is used up, it forbids the step and learns by
// the same message what became of it.
func (s sender) missing(name event.SagaStep, last int) saga.Func[Purchase] {
	told, before := event.StepOf(name), event.Before(name)
	return func(ctx context.Context, _ *Purchase, a saga.Attempt) error {
		if a.Number >= last {
			return s.question(ctx, a, told.Fence, name)
		}
		if before != "" {
			if err := s.question(ctx, a, event.StepOf(before).Ask, before); !errors.Is(err, saga.Pending) {
				return err
			}
		}
		return s.question(ctx, a, told.Ask, name)
	}
}
