package orchestrator_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// deaf is a bus on which one type of message reaches nobody, which is known at once.
type deaf struct {
	next   message.Publisher
	to     string
	reason error
}

// Publish hands a message on.
func (d *deaf) Publish(ctx context.Context, m message.Message) error {
	if m.Type == d.to {
		return d.reason
	}
	return d.next.Publish(ctx, m)
}

// A step that cannot be asked for is missing like one that does not answer, and gets the same time: a service
// that is away for a moment does not cost a buyer the payment, though its being away is told at once.
func TestAStepIsNotGivenUpBeforeItsBudget(t *testing.T) {
	t.Parallel()
	for name, reason := range map[string]error{"nobody is there": message.ErrUnavailable, "a receiver fails": errors.New("stopped")} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := &deaf{to: "PaymentInitiated", reason: reason}
			const budget = 3 * time.Second
			w := (&town{t: t, config: func(c *orchestrator.Config) {
				d.next, c.Publisher = c.Publisher, d
				c.Expect, c.Budget = budget/6, budget
			}}).opens()
			begun := time.Now()
			w.hears(w.pays("k").SagaID, &event.SagaFailed{})
			if after := time.Since(begun); after < budget*6/10 {
				t.Errorf("the step was given up after %v of %v", after, budget)
			}
		})
	}
}
