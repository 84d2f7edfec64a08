package reservation

import (
	"fmt"

	"github.com/seosa-dev/saga/participant"
)

// The codes of refusals. The comments say what they are over HTTP.
const (
	NotFound             = "not-found"             // 404: no such reservation, date or seat
	Foreign              = "foreign"               // 403: the reservation is another buyer's
	OtherConcert         = "other-concert"         // 403: the token is for another concert
	Over                 = "expired"               // 410: the time to pay has passed
	GivenUp              = "cancelled"             // 410: it was cancelled
	InPayment            = "paying"                // 409: a saga is paying for it
	Paid                 = "paid"                  // 409: it is paid
	Taken                = "taken"                 // 409: somebody holds the seat
	TooMany              = "too-many-held"         // 409: the buyer holds as many unpaid seats as one may
	NotOnSale            = "not-on-sale"           // 409: the concert is closed or sold out
	NotPaying            = "not-paying"            // 409: the saga that paid has lost the reservation
	NotOpen              = "not-open"              // 400: reserving has not begun
	Played               = "played"                // 400: the concert is over or has begun
	DuplicateSeat        = "duplicate-seat"        // 400: a seat is named twice
	DuplicateReservation = "duplicate-reservation" // 400: a reservation is named twice
	SeatCount            = "seat-count"            // 400: no seats, or more than MaxSeats
	ReservationCount     = "reservation-count"     // 400: no reservations, or more than MaxClaim
	SeveralConcerts      = "several-concerts"      // 400: reservations of more than one concert
	NoToken              = "no-token"              // 401: no token of the queue
	KeyReused            = "key-reused"            // 422: the Idempotency-Key was used for other seats
)

// refuse says no. Every rule of this package says it so: a desk records it, and HTTP makes a problem of it.
func refuse(code, format string, args ...any) *participant.Refusal {
	return &participant.Refusal{Code: code, Detail: fmt.Sprintf(format, args...)}
}

// standing refuses what can be done with a pending reservation only; it says how this one stands.
func standing(r Reservation) *participant.Refusal {
	switch r.Status {
	case Paying:
		return refuse(InPayment, "Reservation %d is being paid. Wait for how that ends; nothing is paid twice.", r.ID)
	case Completed:
		return refuse(Paid, "Reservation %d is paid. The ticket is its buyer's, and there is nothing left to do.", r.ID)
	case Cancelled:
		return refuse(GivenUp, "Reservation %d was cancelled. Reserve again, if the seat is free.", r.ID)
	}
	return refuse(Over, "The time to pay for reservation %d has passed. Reserve again, if the seat is free.", r.ID)
}

func missing(id int64) *participant.Refusal {
	return refuse(NotFound, "There is no reservation %d. Take an id from GET /reservations.", id)
}

func foreign(id int64) *participant.Refusal {
	return refuse(Foreign, "Reservation %d is somebody else's. Take an id from GET /reservations, which lists yours.", id)
}
