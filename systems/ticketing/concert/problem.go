package concert

import (
	"errors"
	"net/http"
	"strings"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	problem := func(status int, code, title, detail string) *web.Problem {
		return &web.Problem{Type: access.ProblemType + code, Title: title, Status: status, Detail: detail}
	}
	switch {
	case errors.Is(err, ErrInvalid):
		return problem(http.StatusBadRequest, "invalid-request", "The request is not valid",
			strings.TrimPrefix(err.Error(), ErrInvalid.Error()+": ")+". Nothing was done; correct it and send it again.")
	case errors.Is(err, ErrNotFound):
		return problem(http.StatusNotFound, "no-such-concert", "There is no such concert or schedule",
			"GET /concerts?all=1 lists the concerts, and GET /concerts/{id}/schedules the schedules of one.")
	case errors.Is(err, ErrKeyReused):
		return problem(http.StatusUnprocessableEntity, "key-reused", "The Idempotency-Key was used for another request",
			"Nothing was done; send this one under a key of its own.")
	}
	return problem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether anything was done. Repeat the same request, with the same Idempotency-Key if it has one, in a moment.")
}
