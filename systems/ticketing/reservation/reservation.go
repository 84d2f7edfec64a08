package reservation

import (
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Status is how a reservation stands.
type Status string

// The statuses, as the package documentation draws them.
const (
	Pending   Status = "PAYMENT_PENDING"       // the seat is held until ExpiresAt
	Paying    Status = "PAYING"                // claimed by a saga
	Completed Status = "PAYMENT_COMPLETED"     // paid
	Cancelled Status = "RESERVATION_CANCELLED" // given up, cancelled by an admin, or undone by its saga
	Expired   Status = "RESERVATION_EXPIRED"   // not paid in time
)

// The limits.
const (
	MaxSeats  = 4   // of one request to reserve
	MaxClaim  = 10  // reservations of one sale
	MaxListed = 100 // reservations of one list, and of one sweep
	MaxReason = 200 // bytes of an admin's reason
	// MaxSchedule is how many seats a date may have.
	MaxSchedule = 1000
	// MaxPrice is the price of the dearest seat in won. It keeps every sum far from overflow.
	MaxPrice = 1_000_000_000

	maxUser  = 64  // bytes
	maxToken = 128 // bytes, of a queue's token and of an Idempotency-Key
	maxSaga  = 128 // bytes
)

// Reservation is a seat that a buyer has, had, or may buy.
type Reservation struct {
	ID         int64
	UserID     string
	ConcertID  int64
	ScheduleID int64
	Seat       int   // its number, from 1
	Price      int64 // in won
	Status     Status
	ExpiresAt  time.Time // end of the hold, UTC; counts while Status is Pending only
	SagaID     string    // that pays or has paid it; empty if none does
	Token      string    // of the queue, with which it was reserved
	Reason     string    // of the admin who cancelled it; empty otherwise
	CreatedAt  time.Time // UTC
	UpdatedAt  time.Time // of the last change of Status, UTC
	Version    int64     // of the seat, see [event.Line]
}

// Line is the reservation as a sale and other services see it.
func (r Reservation) Line() event.Line {
	return event.Line{ReservationID: r.ID, ScheduleID: r.ScheduleID, Seat: r.Seat, Price: r.Price, Version: r.Version}
}

// over reports whether the time to pay has passed.
func (r Reservation) over(now time.Time) bool { return !r.ExpiresAt.After(now) }

// Request asks for seats of one date.
type Request struct {
	UserID     string // who will hold them
	Token      string // of the queue
	ConcertID  int64
	ScheduleID int64
	Seats      []int // 1 to MaxSeats numbers, each once
	// Key makes a repeat of the request known. Empty: each request is a new one.
	Key string
}
