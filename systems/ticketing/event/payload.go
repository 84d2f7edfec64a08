package event

// Line is one reservation of a sale: a seat and its price.
type Line struct {
	ReservationID int64 `json:"reservationId"`
	ScheduleID    int64 `json:"scheduleId"`
	Seat          int   `json:"seat"`  // its number, from 1
	Price         int64 `json:"price"` // in won
	// Version counts the changes of who holds the seat, as the reservation service does: what has a smaller
	// one is older.
	Version int64 `json:"version"`
}

// Sale is what is being paid for. It is fixed when the reservations are claimed and travels with every
// message of the way forward, so that no service needs to ask another what a saga is about.
type Sale struct {
	SagaID    string `json:"sagaId"`
	UserID    string `json:"userId"`
	Token     string `json:"token"` // of the queue
	ConcertID int64  `json:"concertId"`
	Amount    int64  `json:"amount"` // in won: the sum of the lines' prices
	Lines     []Line `json:"lines"`  // by ReservationID
}

// ReservationIDs are those of the lines.
func (s Sale) ReservationIDs() []int64 {
	ids := make([]int64, len(s.Lines))
	for i, l := range s.Lines {
		ids[i] = l.ReservationID
	}
	return ids
}

// ClaimReservations asks that reservations be kept for one saga while it pays.
type ClaimReservations struct {
	SagaID         string  `json:"sagaId"`
	UserID         string  `json:"userId"`
	Token          string  `json:"token"`
	ConcertID      int64   `json:"concertId,omitempty"` // that the token is for; 0: for all
	ReservationIDs []int64 `json:"reservationIds"`
}

// ReservationsClaimed answers with what is being paid for.
type ReservationsClaimed struct {
	Sale Sale `json:"sale"`
}

// PaymentInitiated says that a sale is to be paid.
type PaymentInitiated struct {
	Sale Sale `json:"sale"`
}

// DebitBalance asks for the money of a sale.
type DebitBalance struct {
	Sale      Sale   `json:"sale"`
	PaymentID string `json:"paymentId"`
}

// BalanceDebited says that the money was taken.
type BalanceDebited struct {
	Sale      Sale   `json:"sale"`
	PaymentID string `json:"paymentId"`
}

// PaymentCompleted says that a sale is paid.
type PaymentCompleted struct {
	Sale      Sale   `json:"sale"`
	PaymentID string `json:"paymentId"`
}

// ReservationsCompleted says that the reservations are paid.
type ReservationsCompleted struct {
	Sale Sale `json:"sale"` // the lines have the seats' new versions
}

// QueueCompleted says that the token has done its work.
type QueueCompleted struct {
	Sale Sale `json:"sale"`
}

// ConcertStatusUpdated says how a concert stands after a sale, or for another reason: then the message
// has no correlation id, and SagaID is empty.
type ConcertStatusUpdated struct {
	SagaID    string `json:"sagaId,omitempty"`
	ConcertID int64  `json:"concertId"`
	Before    string `json:"before"` // "AVAILABLE", "UNAVAILABLE"; "" if the concert is new
	After     string `json:"after"`
	// Version counts the concert's changes: what has a smaller one is older.
	Version int64 `json:"version"`
}

// Failed is the data of every fact XFailed and of ClaimRefused: the step did not take effect, and for this
// saga it never will.
type Failed struct {
	SagaID string   `json:"sagaId"`
	Step   SagaStep `json:"step"`
	Code   string   `json:"code"`   // for programs: "insufficient-balance"
	Detail string   `json:"detail"` // for people: what was wrong and what to do next
}

// Question is the data of every command UndoX, AskX and FenceX.
type Question struct {
	SagaID string   `json:"sagaId"`
	Step   SagaStep `json:"step"`
	// Number is that of the attempt, which the answer repeats.
	Number int `json:"number"`
}

// Answer is the data of every reply XUndone and XNotDone.
type Answer struct {
	SagaID string   `json:"sagaId"`
	Step   SagaStep `json:"step"`
	Number int      `json:"number"` // of the attempt that asked
}

// SagaCompleted says that a sale is at its end, and the tickets are the buyer's.
type SagaCompleted struct {
	SagaID         string  `json:"sagaId"`
	UserID         string  `json:"userId"`
	PaymentID      string  `json:"paymentId"`
	Amount         int64   `json:"amount"`
	ReservationIDs []int64 `json:"reservationIds"`
}

// SagaFailed says that a sale is at its end and came to nothing; what was paid is paid back.
type SagaFailed struct {
	SagaID         string   `json:"sagaId"`
	UserID         string   `json:"userId"`
	Step           SagaStep `json:"step"` // that failed; empty if the saga was called off
	Code           string   `json:"code"`
	Detail         string   `json:"detail"`
	Refunded       int64    `json:"refunded"` // in won
	ReservationIDs []int64  `json:"reservationIds"`
}

// ScheduleOpened says that the seats of a date can be reserved. It is no part of a saga.
type ScheduleOpened struct {
	ConcertID   int64   `json:"concertId"`
	ScheduleID  int64   `json:"scheduleId"`
	AvailableAt int64   `json:"availableAt"` // when reserving begins: milliseconds since 1970, UTC
	ConcertAt   int64   `json:"concertAt"`   // when it is played, likewise
	Prices      []int64 `json:"prices"`      // in won, of seat 1, 2, …
}

// ReservationUpdated says what became of a seat: held by a reservation, or free again. It is for read
// models, and no part of a saga; that a seat is sold is said by ReservationsCompleted.
type ReservationUpdated struct {
	ConcertID int64  `json:"concertId"`
	UserID    string `json:"userId"`
	Status    string `json:"status"` // "HELD" or "RELEASED"
	Line      Line   `json:"line"`
}
