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
	case errors.Is(err, ErrChanged):
		return newProblem(http.StatusConflict, "order-changed", "The number was used for another order",
			"The first order stands. Take a new number from POST /orders/new for other lines.")
	case errors.Is(err, saga.ErrClosed), errors.Is(err, saga.NotDone), errors.Is(err, saga.Unknown):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "The service is not ready",
			"Repeat the same request with the same number in a moment; nothing is ordered twice.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the order was taken. Repeat the same request with the same number; nothing is ordered twice.")
}

// failed is the problem that a known failure gets: the participant's reason if it gave one.
func failed(v View) *web.Problem {
	if v.Refusal == nil {
		p := newProblem(http.StatusBadGateway, "not-placed", "The order could not be placed",
			"A service that it needs did not do its part, and nothing was bought. Order again with a new number.")
		p.More = map[string]any{"order": v.ID}
		return p
	}
	p := newProblem(http.StatusConflict, v.Refusal.Code, "The order was refused", v.Refusal.Detail)
	p.More = map[string]any{"order": v.ID}
	if v.Refusal.Item != "" {
		p.More["item"] = v.Refusal.Item
	}
	return p
}
