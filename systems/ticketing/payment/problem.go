package payment

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	if errors.Is(err, ErrNotFound) {
		return &web.Problem{Type: access.ProblemType + "no-such-payment", Title: "There is no such payment of yours", Status: http.StatusNotFound,
			Detail: "GET /payments lists yours."}
	}
	return &web.Problem{Type: access.ProblemType + "internal", Title: "The service failed", Status: http.StatusInternalServerError,
		Detail: "Nothing was changed by this request. Repeat it in a moment."}
}

func badLimit() *web.Problem {
	return &web.Problem{Type: access.ProblemType + "invalid-request", Title: "The limit is not valid", Status: http.StatusBadRequest,
		Detail: "Send limit=1 to limit=100, or leave it out."}
}
