package orchestrator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// View is how a saga stands, for the buyer whose it is.
type View struct {
	SagaID         string        `json:"sagaId"`
	State          State         `json:"state"`
	ReservationIDs []int64       `json:"reservationIds"`
	PaymentID      string        `json:"paymentId,omitempty"`
	Amount         int64         `json:"amount,omitempty"`   // won; known once the reservations are claimed
	Refunded       int64         `json:"refunded,omitempty"` // won that were taken and given back
	Failed         *event.Failed `json:"failed,omitempty"`   // why it came to nothing
	Payments       []Result      `json:"payments"`           // by reservation; empty until it is COMPLETED
	Steps          []StepView    `json:"steps"`
	StartedAt      time.Time     `json:"startedAt"`
	UpdatedAt      time.Time     `json:"updatedAt"`
}

// Result is what became of the payment of one reservation, as executePayment returned it.
type Result struct {
	PaymentID     string `json:"paymentId"`
	ReservationID int64  `json:"reservationId"`
	Amount        int64  `json:"amount"` // won
	PaymentStatus string `json:"paymentStatus"`
}

// StepView is how a step of a saga stands.
type StepView struct {
	Step event.SagaStep `json:"step"`
	Mark saga.Mark      `json:"mark"`
}

// Saga returns how a buyer's saga stands. The error matches [ErrNotFound] if it is somebody else's.
func (o *PaymentSagaOrchestrator) Saga(ctx context.Context, user, id string) (View, error) {
	owner, err := ownerOf(ctx, o.db.Read, id)
	if err == nil && owner != user {
		err = fmt.Errorf("%w: %.100q", ErrNotFound, id)
	}
	if err != nil {
		return View{}, err
	}
	in, err := o.engine.Get(ctx, id)
	if err != nil {
		return View{}, fmt.Errorf("orchestrator: read %s: %w", id, err)
	}
	return viewOf(in)
}

// End waits at most Config.Wait for the end of a saga, and returns how it stands then.
func (o *PaymentSagaOrchestrator) End(ctx context.Context, user, id string) (View, error) {
	waiting, stop := context.WithTimeout(ctx, o.wait)
	defer stop()
	_, err := o.plan.Wait(waiting, o.engine, id)
	if _, ended := errors.AsType[*saga.StatusError](err); err != nil && !ended && (ctx.Err() != nil || waiting.Err() == nil) {
		return View{}, fmt.Errorf("orchestrator: wait for %s: %w", id, err)
	}
	return o.Saga(ctx, user, id)
}

func viewOf(in saga.Instance) (View, error) {
	var p Purchase
	if err := json.Unmarshal(in.State, &p); err != nil {
		return View{}, fmt.Errorf("orchestrator: the state of %s cannot be read: %w", in.ID, err)
	}
	v := View{
		SagaID: in.ID, State: stateOf(in), ReservationIDs: p.ReservationIDs, PaymentID: p.PaymentID, Amount: p.amount(),
		Failed: p.Failed, StartedAt: in.Started, UpdatedAt: in.Updated, Payments: []Result{}, Steps: []StepView{},
	}
	if refunded(in) {
		v.Refunded = v.Amount
	}
	for _, s := range in.Steps {
		v.Steps = append(v.Steps, StepView{event.SagaStep(s.Name), s.Mark})
	}
	if v.State == Completed {
		for _, l := range p.Sale.Lines {
			v.Payments = append(v.Payments, Result{p.PaymentID, l.ReservationID, l.Price, "COMPLETED"})
		}
	}
	return v, nil
}
