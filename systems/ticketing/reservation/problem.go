package reservation

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: access.ProblemType + code, Title: title, Status: status, Detail: detail}
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	if r, ok := errors.AsType[*participant.Refusal](err); ok {
		return newProblem(statusOf(r.Code), r.Code, titleOf(r.Code), r.Detail)
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether anything was changed. GET /reservations lists what you have; a repeat under the same Idempotency-Key reserves nothing twice.")
}

func statusOf(code string) int {
	switch code {
	case NotFound:
		return http.StatusNotFound
	case Foreign, OtherConcert:
		return http.StatusForbidden
	case NoToken:
		return http.StatusUnauthorized
	case Over, GivenUp:
		return http.StatusGone
	case InPayment, Paid, Taken, NotOnSale, NotPaying, TooMany:
		return http.StatusConflict
	case KeyReused:
		return http.StatusUnprocessableEntity
	}
	return http.StatusBadRequest
}

func titleOf(code string) string {
	switch code {
	case NotFound:
		return "There is nothing of that number"
	case Foreign:
		return "The reservation is somebody else's"
	case OtherConcert:
		return "The token is for another concert"
	case NoToken:
		return "A token of the queue is needed"
	case Over, GivenUp:
		return "The reservation is over"
	case InPayment, Paid:
		return "The reservation is being paid or is paid"
	case Taken:
		return "The seat is taken"
	case NotOnSale:
		return "The concert is not on sale"
	case KeyReused:
		return "The key was used for another request"
	}
	return "The request cannot be fulfilled"
}
