package reservation

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Complete marks the reservations of a sale as paid and their seats as sold, all of them or none, and
// returns the sale with the seats' new versions. It refuses with the code not-paying unless each of them is
// still PAYING for this saga: an admin may have been faster. The error matches [participant.ErrInvalid] if
// the sale is of nothing.
func (m ReservationManager) Complete(ctx context.Context, tx *sql.Tx, sale event.Sale, now time.Time) (event.Sale, error) {
	if len(sale.Lines) == 0 || sale.SagaID == "" {
		return event.Sale{}, fmt.Errorf("%w: the sale of saga %.20q has %d lines", participant.ErrInvalid, sale.SagaID, len(sale.Lines))
	}
	paid, err := each(ctx, tx, sale, Paying, func(r *Reservation) (bool, error) {
		if err := move(ctx, tx, r, Completed, sale.SagaID, now); err != nil {
			return false, err
		}
		if sold, err := turn(ctx, tx, sellSQL, r); err != nil || !sold {
			return false, errors.Join(err, fmt.Errorf("reservation: %d is being paid and does not hold its seat", r.ID))
		}
		return true, nil
	})
	if err != nil {
		return event.Sale{}, err
	}
	if len(paid) != len(sale.Lines) {
		return event.Sale{}, refuse(NotPaying, "A reservation is not kept for this payment any more. What was paid is paid back; reserve again.")
	}
	sale.Lines = nil
	for _, r := range paid {
		sale.Lines = append(sale.Lines, r.Line())
	}
	return sale, nil
}

// Cancel is the undo of Complete: what this saga has paid is cancelled, and each seat is free if its
// holder is still the reservation. It returns those whose seats it set free. It may be repeated.
func (m ReservationManager) Cancel(ctx context.Context, tx *sql.Tx, sale event.Sale, now time.Time) ([]Reservation, error) {
	return each(ctx, tx, sale, Completed, func(r *Reservation) (bool, error) {
		return end(ctx, tx, r, Cancelled, r.SagaID, now)
	})
}
