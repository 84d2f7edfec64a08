package payment

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// PaymentManager is the rules of payments, in a transaction of whoever calls. It sends nothing and knows
// no ledger. The zero value is ready and safe for concurrent use.
type PaymentManager struct{}

// Initiate makes the payment of a sale PENDING, and returns it as it stands if it was made before. The error
// matches [ErrInvalid] if the sale can never be paid, or is not the one that the saga's payment is for.
func (PaymentManager) Initiate(ctx context.Context, tx *sql.Tx, sale event.Sale, now time.Time) (Payment, error) {
	if err := checkSale(sale); err != nil {
		return Payment{}, err
	}
	p := Payment{
		ID: ID(sale.SagaID), SagaID: sale.SagaID, UserID: sale.UserID, Amount: sale.Amount, Status: Pending,
		CreatedAt: moment(millis(now)), Lines: linesOf(sale),
	}
	isNew, err := insert(ctx, tx, p)
	switch {
	case err != nil:
		return Payment{}, err
	case isNew:
		return p, record(ctx, tx, p.ID, Pending, "initiated", now)
	}
	p, err = read(ctx, tx, p.ID)
	if err == nil && !p.isFor(sale) {
		err = fmt.Errorf("%w: %s is for another sale of the same saga", ErrInvalid, p.ID)
	}
	return p, err
}

// Find returns a payment, whoever's it is, as the transaction or the pool of reading connections sees it. The
// error matches [ErrNotFound].
func (PaymentManager) Find(ctx context.Context, q querier, id string) (Payment, error) {
	return read(ctx, q, id)
}

// Complete says that the money was taken. The error matches [ErrStands] if the payment has failed or was
// cancelled, and [ErrNotFound] if it was never initiated.
func (m PaymentManager) Complete(ctx context.Context, tx *sql.Tx, id string, now time.Time) error {
	return m.move(ctx, tx, id, Completed, "paid", now)
}

// Fail says that a payment came to nothing. One that is not PENDING stays as it is, and so does one that
// does not exist.
func (m PaymentManager) Fail(ctx context.Context, tx *sql.Tx, id, reason string, now time.Time) error {
	failed, err := move(ctx, tx, id, Failed, now)
	if err != nil || !failed {
		return err
	}
	return record(ctx, tx, id, Failed, reason, now)
}

// Cancel takes a COMPLETED payment back (결제 취소): it is CANCELLED and says when. One that is CANCELLED
// already stays as it is. The error matches [ErrStands] if it was never COMPLETED.
func (m PaymentManager) Cancel(ctx context.Context, tx *sql.Tx, id, reason string, now time.Time) error {
	return m.move(ctx, tx, id, Cancelled, reason, now)
}

// move makes one step, which may have been made before.
func (PaymentManager) move(ctx context.Context, tx *sql.Tx, id string, to Status, reason string, now time.Time) error {
	moved, err := move(ctx, tx, id, to, now)
	if err != nil {
		return err
	}
	if moved {
		return record(ctx, tx, id, to, reason, now)
	}
	p, err := read(ctx, tx, id)
	if err == nil && p.Status != to {
		err = fmt.Errorf("%w: %s is %s and cannot be %s", ErrStands, id, p.Status, to)
	}
	return err
}

// Results are what executePayment returns: a line for each reservation.
func (p Payment) Results() []Result {
	results := make([]Result, len(p.Lines))
	for i, l := range p.Lines {
		results[i] = Result{PaymentID: p.ID, ReservationID: l.ReservationID, Amount: l.Amount, PaymentStatus: p.Status}
	}
	return results
}

// Result is what became of the payment of one reservation.
type Result struct {
	PaymentID     string `json:"paymentId"`
	ReservationID int64  `json:"reservationId"`
	Amount        int64  `json:"amount"` // won
	PaymentStatus Status `json:"paymentStatus"`
}
