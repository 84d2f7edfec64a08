package concert

import (
	"errors"
	"time"
)

// Status is whether a concert can be had. It follows from the seats and from what admins decided.
type Status string

// The statuses of a concert.
const (
	Available   Status = "AVAILABLE"   // a seat is not sold, and no admin closed the concert
	Unavailable Status = "UNAVAILABLE" // closed by an admin, sold out, or without seats
)

// SeatStatus is what became of a seat, as far as this service has heard.
type SeatStatus string

// The statuses of a seat.
const (
	Free SeatStatus = "AVAILABLE"
	Held SeatStatus = "HELD" // by a reservation that is not paid
	Sold SeatStatus = "SOLD"
)

var (
	// ErrNotFound marks an id that no concert has, or none of the concert's schedules.
	ErrNotFound = errors.New("concert: no such concert or schedule")
	// ErrClosed marks a sale at a concert that an admin has closed.
	ErrClosed = errors.New("concert: closed by an administrator")
	// ErrUnknownSeat marks a line that names no seat of the concert.
	ErrUnknownSeat = errors.New("concert: no such seat")
	// ErrInvalid marks what cannot be accepted as it is; the error says what to send instead.
	ErrInvalid = errors.New("concert: invalid")
	// ErrKeyReused marks an Idempotency-Key that belongs to another concert.
	ErrKeyReused = errors.New("concert: the key belongs to another request")
)

// Concert is what can be gone to.
type Concert struct {
	ID          int64  `json:"id"`
	Title       string `json:"title"`
	Description string `json:"description"`
	Status      Status `json:"status"`
	Closed      bool   `json:"closed"` // by an admin; if it is not and is UNAVAILABLE, there is no seat left
}

// Schedule is a date of a concert.
type Schedule struct {
	ID                     int64     `json:"id"`
	ConcertAt              time.Time `json:"concertAt"`              // UTC
	ReservationAvailableAt time.Time `json:"reservationAvailableAt"` // when reserving begins, UTC
}

// Timetable is a concert's dates.
type Timetable struct {
	ConcertID int64      `json:"concertId"`
	Status    Status     `json:"status"`    // of the concert
	Schedules []Schedule `json:"schedules"` // by ConcertAt; at most MaxSchedules
}

// Seat is a place at one date.
type Seat struct {
	Number int        `json:"number"` // from 1
	Price  int64      `json:"price"`  // in won
	Status SeatStatus `json:"status"`
}

// Change is how a concert stood before and stands after a change of its seats or of what an admin decided.
type Change struct {
	ConcertID     int64
	Before, After Status // Before is "" if the concert is new
	Version       int64  // of the concert: a smaller one is older
}

// Changed reports whether the status is another one now.
func (c Change) Changed() bool { return c.Before != c.After }

// Decision is an admin's word on a concert.
type Decision struct {
	ID     int64     `json:"id"`
	Closed bool      `json:"closed"` // false: reopened
	Reason string    `json:"reason"` // 1 to MaxReason characters
	Admin  string    `json:"admin"`
	At     time.Time `json:"at"` // UTC
}

// check reports a decision that says too little or too much.
func (d Decision) check() error { return checkText("reason", d.Reason, 1, MaxReason) }
