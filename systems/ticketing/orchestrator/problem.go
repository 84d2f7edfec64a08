package orchestrator

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: access.ProblemType + code, Title: title, Status: status, Detail: detail}
}

func invalid(detail string) *web.Problem {
	return newProblem(http.StatusBadRequest, "invalid-request", "The request is not valid", "Nothing was paid. "+detail)
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return invalid(strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": ") + ".")
	case errors.Is(err, ErrKeyReused):
		return newProblem(http.StatusUnprocessableEntity, "key-reused", "The key was used for another payment",
			"The key belongs to the first request, whatever became of it. Send a new "+keyHeader+" for other reservations or another token.")
	case errors.Is(err, ErrNotFound):
		return newProblem(http.StatusNotFound, "no-such-saga", "There is no such payment of yours", "GET /payments lists yours.")
	case errors.Is(err, errGate):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "The queue is not ready",
			"Nothing was paid. Repeat the same request with the same key in a moment.")
	case errors.Is(err, saga.ErrClosed), errors.Is(err, saga.NotDone), errors.Is(err, saga.Unknown):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "The service is not ready",
			"Repeat the same request with the same key in a moment; nothing is paid twice.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the payment was begun. Repeat the same request with the same key; nothing is paid twice.")
}

// statusOf is the HTTP status of a refusal by its code.
func statusOf(code string) int {
	switch code {
	case "insufficient-balance":
		return http.StatusPaymentRequired
	case "foreign", "other-concert":
		return http.StatusForbidden
	case "not-found":
		return http.StatusNotFound
	case "expired":
		return http.StatusGone
	}
	return http.StatusConflict
}

// failed says why a payment came to nothing, and what was paid back.
func failed(v View) *web.Problem {
	code, detail := "called-off", "The payment was called off."
	if v.Failed != nil {
		code, detail = v.Failed.Code, v.Failed.Detail
	}
	if v.Refunded > 0 {
		detail += fmt.Sprintf(" Your %d won were paid back.", v.Refunded)
	} else {
		detail += " Nothing was paid."
	}
	p := newProblem(statusOf(code), cmp.Or(code, "refused"), "The payment did not go through", detail)
	p.More = map[string]any{"sagaId": v.SagaID, "state": v.State, "refunded": v.Refunded}
	return p
}
