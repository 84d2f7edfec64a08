package monolith

import (
	"net/http"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Health is the body of /healthz.
type Health struct {
	Status string `json:"status"` // "ok"
}

// Request is the body of POST /payments.
type Request struct {
	ReservationIDs []int64 `json:"reservationIds"` // 1 to 10
}

// Paid is the answer to POST /payments, as far as it is what the services answer: there is no saga, and there
// are no steps to follow.
type Paid struct {
	SagaID         string           `json:"sagaId"` // the sale's id
	State          string           `json:"state"`  // "COMPLETED"
	ReservationIDs []int64          `json:"reservationIds"`
	PaymentID      string           `json:"paymentId"`
	Amount         int64            `json:"amount"` // won
	Payments       []payment.Result `json:"payments"`
}

func paidOf(sale string, results []payment.Result) Paid {
	p := Paid{SagaID: sale, State: "COMPLETED", PaymentID: payment.ID(sale), Payments: results}
	for _, r := range results {
		p.ReservationIDs = append(p.ReservationIDs, r.ReservationID)
		p.Amount += r.Amount
	}
	return p
}

// described is an operation with a body and one good answer; the problems are what any of them may be.
func described(id, summary string, session bool, body any, status int, good any) web.Operation {
	answers := map[int]any{status: good}
	for _, bad := range []int{
		http.StatusBadRequest, http.StatusUnauthorized, http.StatusPaymentRequired, http.StatusForbidden, http.StatusNotFound,
		http.StatusConflict, http.StatusGone, http.StatusRequestEntityTooLarge, http.StatusUnsupportedMediaType,
		http.StatusUnprocessableEntity, http.StatusServiceUnavailable,
	} {
		answers[bad] = web.Problem{}
	}
	return web.Operation{ID: id, Summary: summary, Session: session, Body: body, Answers: answers}
}

func header(name string, required bool) web.Parameter {
	return web.Parameter{Name: name, In: "header", Required: required, Description: "as at the services", Example: "abc"}
}

func opHealth() web.Operation {
	return web.Operation{ID: "health", Summary: "Whether the database answers", Answers: map[int]any{http.StatusOK: Health{}}}
}

func opEnter() web.Operation {
	return described("enterLine", "Enter the line of a concert", true, queue.EnterRequest{}, http.StatusCreated, queue.View{})
}

func opLook() web.Operation {
	op := described("lookAtToken", "Where a token stands", false, nil, http.StatusOK, queue.View{})
	op.Parameters = []web.Parameter{header(tokenHeader, true)}
	return op
}

func opLeave() web.Operation {
	op := described("leaveLine", "Leave the line", false, nil, http.StatusNoContent, nil)
	op.Parameters = []web.Parameter{header(tokenHeader, true)}
	return op
}

func opCharge() web.Operation {
	op := described("charge", "Put money in", true, user.Amount{}, http.StatusCreated, user.Entry{})
	op.Parameters = []web.Parameter{header(keyHeader, true)}
	return op
}

func opHold() web.Operation {
	op := described("reserve", "Reserve seats of a date, all of them or none", true, reservation.Ask{}, http.StatusCreated, reservation.Held{})
	op.Parameters = []web.Parameter{header(tokenHeader, true), header(keyHeader, false)}
	return op
}

func opGiveUp() web.Operation {
	return described("giveUp", "Give up a reservation that is pending", true, nil, http.StatusOK, reservation.View{})
}

func opPay() web.Operation {
	op := described("executePayment", "Pay for reservations, in one transaction", true, Request{}, http.StatusOK, Paid{})
	op.Parameters = []web.Parameter{header(tokenHeader, true), header(keyHeader, true)}
	return op
}

func opConcerts() web.Operation {
	return described("concerts", "The concerts that can be had", false, nil, http.StatusOK, concert.List{})
}

func opConcert() web.Operation {
	return described("concert", "One concert, with its status", false, nil, http.StatusOK, concert.Concert{})
}

func opSchedules() web.Operation {
	return described("schedules", "The dates of a concert", false, nil, http.StatusOK, concert.Timetable{})
}

func opSeats() web.Operation {
	return described("seats", "The seats of a date, with price and status", false, nil, http.StatusOK, concert.SeatMap{})
}

func opCreate() web.Operation {
	return described("createConcert", "Make a concert; for administrators", true, concert.Draft{}, http.StatusCreated, concert.Concert{})
}

func opBalance() web.Operation {
	return described("balance", "What you have, and how it came about", true, nil, http.StatusOK, user.Statement{})
}

func opPayments() web.Operation {
	return described("payments", "Your payments, newest first", true, nil, http.StatusOK, payment.List{})
}

func opPayment() web.Operation {
	return described("payment", "One of your payments, with its history", true, nil, http.StatusOK, payment.View{})
}

func opReservations() web.Operation {
	return described("reservations", "Your reservations, the latest first", true, nil, http.StatusOK, reservation.List{})
}

func opReservation() web.Operation {
	return described("reservation", "One of your reservations", true, nil, http.StatusOK, reservation.View{})
}
