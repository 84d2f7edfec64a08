package order

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/internal/web"
)

// problemType is the prefix of every problem's type.
const problemType = "urn:problem-type:shop:"

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: problemType + code, Title: title, Status: status, Detail: detail}
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return newProblem(http.StatusBadRequest, "invalid-request", "The order is not valid",
			err.Error()+". Nothing was ordered; correct the order and send it again.")
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, "no-such-order", "There is no such order",
			"Take a number from POST /orders/new and order with PUT /orders/{number}; GET /orders lists what was ordered.")
	case errors.Is(err, ErrForeign):
		return newProblem(http.StatusForbidden, "foreign-order", "The order is somebody else's",
			"You may only view and repeat your own orders. Take a number of your own from POST /orders/new.")
	case errors.Is(err, ErrChanged):
		return newProblem(http.StatusConflict, "order-changed", "The number was used for another order",
			"The number belongs to the first order, whatever became of it. Take a new number from POST /orders/new for other lines.")
	case errors.Is(err, ErrInFlight):
		return newProblem(http.StatusConflict, "in-flight", "The order is being worked on",
			"Repeat the same request in a moment; nothing is ordered twice.")
	case errors.Is(err, saga.ErrClosed), errors.Is(err, saga.NotDone), errors.Is(err, saga.Unknown):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "The service is not ready",
			"Repeat the same request with the same number in a moment; nothing is ordered twice.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the order was taken. Repeat the same request with the same number; nothing is ordered twice.")
}

// early adds when to come back to an order that is being worked on.
func early(w http.ResponseWriter, err error) error {
	if errors.Is(err, ErrInFlight) {
		w.Header().Set("Retry-After", "1")
	}
	return err
}

// failed is the problem that a known failure gets: the catalog's reason if it gave one, otherwise
// that a service did not do its part.
func failed(v View) *web.Problem {
	p := newProblem(http.StatusBadGateway, "not-placed", "The order could not be placed",
		"A service that it needs did not do its part. Nothing was bought, and what was taken is given back. "+v.Next)
	if v.Refusal != nil && !notDone(v.Refusal) {
		p = newProblem(http.StatusConflict, v.Refusal.Code, "The order was refused", v.Refusal.Detail)
	}
	p.More = map[string]any{"order": v.ID, "orderRetryStatus": v.Status}
	if v.Refusal != nil && v.Refusal.Item != "" {
		p.More["item"] = v.Refusal.Item
	}
	return p
}
