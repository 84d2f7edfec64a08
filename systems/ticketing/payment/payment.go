package payment

import (
	"errors"
	"time"
)

// Status is where a payment stands.
type Status string

// The statuses; the package documentation says what they mean.
const (
	Pending   Status = "PENDING"
	Completed Status = "COMPLETED"
	Failed    Status = "FAILED"
	Cancelled Status = "CANCELLED"
)

var (
	// ErrInvalid is matched by the error about what can never be paid: no sale, or another one than the
	// payment was initiated for.
	ErrInvalid = errors.New("payment: this is no sale to be paid")
	// ErrNotFound is matched by the error about a payment that does not exist, or is somebody else's.
	ErrNotFound = errors.New("payment: there is no such payment")
	// ErrStands is matched by the error about a payment that cannot be moved to where it was asked to,
	// because it is at its end already.
	ErrStands = errors.New("payment: the payment is at its end")
)

// Payment is what was paid, or was to be.
type Payment struct {
	ID         string    `json:"id"`
	SagaID     string    `json:"sagaId"`
	UserID     string    `json:"userId"`
	Amount     int64     `json:"amount"` // won
	Status     Status    `json:"status"`
	CreatedAt  time.Time `json:"createdAt"`
	RefundedAt time.Time `json:"refundedAt,omitzero"` // set if and only if it is CANCELLED
	Lines      []Line    `json:"lines"`
}

// Line is the share of one reservation.
type Line struct {
	ReservationID int64 `json:"reservationId"`
	Amount        int64 `json:"amount"` // won
}

// Change is an entry of a payment's history (결제 내역).
type Change struct {
	Status Status    `json:"status"`
	Reason string    `json:"reason"`
	At     time.Time `json:"at"`
}

// ID is the payment of a saga; there is one for each.
func ID(sagaID string) string { return "P-" + sagaID }
