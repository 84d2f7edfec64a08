package user

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
		status, title := said(r.Code)
		return newProblem(status, r.Code, title, "Nothing was done. "+r.Detail)
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the request was carried out. Repeat it in a moment, a charge with the same Idempotency-Key.")
}

// said is how a refusal is told over HTTP.
func said(code string) (status int, title string) {
	switch code {
	case UnknownUser:
		return http.StatusNotFound, "There is no such user"
	case NameTaken:
		return http.StatusConflict, "The name is taken"
	case BalanceLimit:
		return http.StatusConflict, "The balance would be too large"
	case KeyReused:
		return http.StatusUnprocessableEntity, "The key was used for another charge"
	case Invalid:
		return http.StatusBadRequest, "The request is not valid"
	}
	return http.StatusConflict, "The request was refused"
}
