package monolith

import (
	"errors"
	"net/http"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

func newProblem(status int, code, title, detail string) *web.Problem {
	return &web.Problem{Type: access.ProblemType + code, Title: title, Status: status, Detail: detail}
}

func problemOf(err error) *web.Problem {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p
	}
	if r, ok := errors.AsType[*participant.Refusal](err); ok {
		return newProblem(statusOf(r.Code), r.Code, "The request was refused", r.Detail)
	}
	switch {
	case errors.Is(err, concert.ErrInvalid), errors.Is(err, payment.ErrInvalid):
		return newProblem(http.StatusBadRequest, "invalid-request", "The request is not valid", "Nothing was done. "+err.Error()+".")
	case errors.Is(err, concert.ErrNotFound):
		return newProblem(http.StatusNotFound, "not-found", "There is nothing of that number", "GET /concerts lists the concerts, GET /reservations your reservations.")
	case errors.Is(err, line.ErrUnknown):
		return newProblem(http.StatusUnauthorized, "unknown-token", "The queue does not know the token",
			"Nothing was done. Get a token with POST /queue/tokens, and send it as "+tokenHeader+" when your turn has come.")
	case errors.Is(err, line.ErrUnavailable), errors.Is(err, access.ErrGateAway):
		return newProblem(http.StatusServiceUnavailable, "unavailable", "A part of the system does not answer",
			"Nothing was done. Repeat the same request in a moment.")
	}
	return newProblem(http.StatusInternalServerError, "internal", "The service failed",
		"It is not known whether anything was done. Repeat the same request with the same key; nothing is paid twice.")
}

// statusOf is the HTTP status of a refusal, the same as at the services.
func statusOf(code string) int {
	switch code {
	case user.InsufficientBalance:
		return http.StatusPaymentRequired
	case reservation.Foreign, reservation.OtherConcert, "not-admitted", "foreign-token":
		return http.StatusForbidden
	case reservation.Over, reservation.GivenUp:
		return http.StatusGone
	case reservation.NotFound, user.UnknownUser:
		return http.StatusNotFound
	case reservation.NoToken:
		return http.StatusUnauthorized
	case reservation.KeyReused:
		return http.StatusUnprocessableEntity
	case user.Invalid, reservation.NotOpen, reservation.Played, reservation.DuplicateSeat, reservation.DuplicateReservation,
		reservation.SeatCount, reservation.ReservationCount, reservation.SeveralConcerts:
		return http.StatusBadRequest
	}
	return http.StatusConflict
}
