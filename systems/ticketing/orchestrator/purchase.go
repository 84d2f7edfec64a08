package orchestrator

import (
	"encoding/json"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Purchase is the state of a saga. The fields up to ReservationIDs are its input.
type Purchase struct {
	UserID         string  `json:"userId"`
	Token          string  `json:"token"`
	ConcertID      int64   `json:"concertId,omitempty"` // that the token is for; 0: for all
	ReservationIDs []int64 `json:"reservationIds"`      // in ascending order

	// Sale is known once the reservations are claimed.
	Sale *event.Sale `json:"sale,omitempty"`
	// PaymentID is known once the money was taken.
	PaymentID string `json:"paymentId,omitempty"`
	// Failed is why the saga turned back, if a service said so.
	Failed *event.Failed `json:"failed,omitempty"`
}

func (p Purchase) amount() int64 {
	if p.Sale == nil {
		return 0
	}
	return p.Sale.Amount
}

// fold reads what a service said about its step. A refusal is kept for the buyer, the first one only: those
// after it follow from it.
func (p *Purchase) fold(r saga.Reply) error {
	switch {
	case r.Key.Undo || len(r.Data) == 0: // or a person said it
		return nil
	case r.Outcome != saga.Succeeded && p.Failed != nil:
		return nil
	case r.Outcome != saga.Succeeded:
		return json.Unmarshal(r.Data, &p.Failed)
	}
	switch event.SagaStep(r.Key.Step) {
	case event.Claim:
		var claimed event.ReservationsClaimed
		err := json.Unmarshal(r.Data, &claimed)
		p.Sale = &claimed.Sale
		return err
	case event.Debit:
		var debited event.BalanceDebited
		err := json.Unmarshal(r.Data, &debited)
		p.PaymentID = debited.PaymentID
		return err
	}
	return nil
}

// State is how a saga stands, in a buyer's words.
type State string

// The states; the package documentation says what they mean.
const (
	Running        State = "RUNNING"
	Compensating   State = "COMPENSATING"
	Completed      State = "COMPLETED"
	Failed         State = "FAILED"
	Compensated    State = "COMPENSATED"
	NeedsAttention State = "NEEDS_ATTENTION"
)

func stateOf(in saga.Instance) State {
	switch in.Status {
	case saga.Running:
		return Running
	case saga.Compensating:
		return Compensating
	case saga.Completed:
		return Completed
	case saga.Compensated:
		if refunded(in) {
			return Compensated
		}
		return Failed
	case saga.Failed:
		return Failed
	}
	return NeedsAttention
}

// refunded reports whether money was taken and given back.
func refunded(in saga.Instance) bool {
	return slices.ContainsFunc(in.Steps, func(s saga.StepStatus) bool {
		return s.Name == string(event.Debit) && s.Mark == saga.TakenBack
	})
}
