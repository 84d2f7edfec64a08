package user

import (
	"cmp"
	"context"
	"database/sql"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// What became of a sale, as its buyer is told.
const (
	SaleCompleted = "COMPLETED" // the tickets are the buyer's
	SaleFailed    = "FAILED"    // nothing was bought, and nothing is paid
)

// Notification tells a buyer what became of a sale.
type Notification struct {
	ID     int64     `json:"id"` // grows with time
	SagaID string    `json:"sagaId"`
	Kind   string    `json:"kind"`   // SaleCompleted, SaleFailed
	Code   string    `json:"code"`   // for programs and translations: "paid", or why it failed
	Amount int64     `json:"amount"` // in won: paid, or given back
	At     time.Time `json:"at"`
}

// Notify tells a user something; the ID is given, and At is now, whatever they were. A sale is told of
// once in each Kind. The user need not be registered.
func (m UserManager) Notify(ctx context.Context, tx *sql.Tx, user string, n Notification) error {
	n.At = m.now()
	return insertNotification(ctx, tx, user, n)
}

func completed(f event.SagaCompleted) Notification {
	return Notification{SagaID: f.SagaID, Kind: SaleCompleted, Code: "paid", Amount: f.Amount}
}

func failed(f event.SagaFailed) Notification {
	return Notification{SagaID: f.SagaID, Kind: SaleFailed, Code: cmp.Or(f.Code, "failed"), Amount: f.Refunded}
}
