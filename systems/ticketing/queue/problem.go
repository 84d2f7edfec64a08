package queue

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: access.ProblemType + code, Title: title, Status: status, Detail: detail}
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	switch {
	case errors.Is(err, ErrNoConcert):
		return newProblem(http.StatusNotFound, "no-such-concert", "There is no such concert", "Nothing was done; take an id from GET /concerts.")
	case errors.Is(err, ErrSoldOut):
		return newProblem(http.StatusConflict, "sold-out", "The concert is sold out or closed", "Nobody is let in any more; choose another concert.")
	case errors.Is(err, ErrRule):
		return newProblem(http.StatusBadRequest, "invalid-request", "The rule cannot be kept",
			"Nothing was changed; limit and batch are from 0 to 1000000, and everySeconds is from 0 to 3600.")
	case errors.Is(err, line.ErrUnknown):
		return newProblem(http.StatusNotFound, "unknown-token", "There is no such token", "Nothing was done; enter the line with POST /queue/tokens.")
	case errors.Is(err, line.ErrUnavailable):
		return newProblem(http.StatusServiceUnavailable, "line-unavailable", "The line cannot be reached",
			"Nobody loses a place by this. Repeat the same request in a moment.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether the request had an effect. Repeat it in a moment; nobody gets two places.")
}

// ofBuyer says what an error about the token means that a buyer sent.
func ofBuyer(err error) error {
	switch {
	case errors.Is(err, line.ErrUnknown):
		return errNoToken()
	case errors.Is(err, ErrSoldOut):
		return newProblem(http.StatusGone, "sold-out", "The concert is sold out or closed", "Nobody is let in any more; choose another concert.")
	}
	return err
}

func errNoToken() error {
	return newProblem(http.StatusUnauthorized, "invalid-token", "There is no such token",
		"Send the token that POST /queue/tokens gave in the header QUEUE-TOKEN.")
}

// gone is the problem of a token that has ended; nil if it has not.
func gone(v View) error {
	switch line.Status(v.Status) {
	case line.Expired:
		return newProblem(http.StatusGone, "token-expired", "The token's time is over", "Enter the line again with POST /queue/tokens.")
	case line.Cancelled:
		return newProblem(http.StatusGone, TakenAway, "The token was taken away", "An administrator did; enter the line again with POST /queue/tokens.")
	}
	return nil
}
