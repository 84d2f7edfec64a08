package reservation

import (
	"net/http"
	"time"

	"github.com/seosa-dev/saga/systems/internal/web"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// Ask is the body of POST /reservations. It has no price: prices are the concert's.
type Ask struct {
	ConcertID  int64 `json:"concertId"`
	ScheduleID int64 `json:"scheduleId"`
	Seats      []int `json:"seats"` // numbers, 1 to MaxSeats of them
}

// View is a reservation as its buyer sees it.
type View struct {
	ID         int64     `json:"id"`
	ConcertID  int64     `json:"concertId"`
	ScheduleID int64     `json:"scheduleId"`
	Seat       int       `json:"seat"`
	Price      int64     `json:"price"` // in won
	Status     Status    `json:"status"`
	ExpiresAt  time.Time `json:"expiresAt"` // end of the hold, while it is pending
	CreatedAt  time.Time `json:"createdAt"`
	UpdatedAt  time.Time `json:"updatedAt"`
	SagaID     string    `json:"sagaId,omitempty"` // of the payment
	Reason     string    `json:"reason,omitempty"` // of an admin who cancelled it
}

// Held is the body of an answer to POST /reservations.
type Held struct {
	Reservations []View    `json:"reservations"` // by seat as they were asked for
	Total        int64     `json:"total"`        // in won
	ExpiresAt    time.Time `json:"expiresAt"`    // end of the hold
}

// List is the body of GET /reservations.
type List struct {
	Reservations []View `json:"reservations"`   // the latest first
	Next         int64  `json:"next,omitempty"` // send it as after for more; absent: that was all
}

// Cancellation is the body of POST /admin/reservations/{id}/cancel.
type Cancellation struct {
	Reason string `json:"reason"` // for the buyer and for those who come after, 1 to MaxReason bytes
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func problems(answers map[int]any, statuses ...int) map[int]any {
	for _, status := range statuses {
		answers[status] = web.Problem{}
	}
	return answers
}

func opHold() web.Operation {
	return web.Operation{
		ID: "reserve", Summary: "Reserve seats of a date, all of them or none", Session: true, Body: Ask{},
		Description: "Each seat is held until its expiresAt; pay before. Needs a token of the queue that is active, yours, and of this concert.",
		Parameters: []web.Parameter{
			{Name: tokenHeader, In: "header", Required: true, Example: "6DRKPOAHLJGKZXBD2SUV3XJ4XM", Description: "from POST /queue/tokens"},
			{Name: keyHeader, In: "header", Example: "1f0c", Description: "a repeat under the same key gets the same reservations"},
		},
		Answers: problems(map[int]any{http.StatusCreated: Held{}},
			http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType, http.StatusUnprocessableEntity, http.StatusServiceUnavailable),
	}
}

func opList() web.Operation {
	return web.Operation{
		ID: "reservations", Summary: "Your reservations, the latest first", Session: true,
		Parameters: []web.Parameter{
			{Name: "limit", In: "query", Example: "20", Description: "at most so many, 1 to 100; 20 if absent"},
			{Name: "after", In: "query", Example: "1000", Description: "next of the page before"},
		},
		Answers: problems(map[int]any{http.StatusOK: List{}}, http.StatusBadRequest, http.StatusUnauthorized),
	}
}

func opShow() web.Operation {
	return web.Operation{
		ID: "reservation", Summary: "One of your reservations", Session: true,
		Answers: problems(map[int]any{http.StatusOK: View{}}, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound),
	}
}

func opGiveUp() web.Operation {
	return web.Operation{
		ID: "giveUp", Summary: "Give up a reservation that is pending", Session: true,
		Description: "The seat is free at once. One that is cancelled already stays so.",
		Answers: problems(map[int]any{http.StatusOK: View{}},
			http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusGone),
	}
}

func opWithdraw() web.Operation {
	return web.Operation{
		ID: "cancelReservation", Summary: "Cancel a reservation that is pending or being paid; for administrators", Session: true, Body: Cancellation{},
		Description: "A payment that is under way then fails, and the money goes back. A paid reservation is cancelled by refunding its payment.",
		Answers: problems(map[int]any{http.StatusOK: View{}},
			http.StatusBadRequest, http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound, http.StatusConflict, http.StatusGone,
			http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType),
	}
}
