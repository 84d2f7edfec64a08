package payment

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// checkSale says why a sale can never be paid.
func checkSale(sale event.Sale) error {
	var sum int64
	seen := map[int64]bool{}
	for _, l := range sale.Lines {
		sum += l.Price
		if l.Price < 0 || sum < 0 || seen[l.ReservationID] {
			return fmt.Errorf("%w: reservation %d of %.100q is named twice or has no price", ErrInvalid, l.ReservationID, sale.SagaID)
		}
		seen[l.ReservationID] = true
	}
	if sale.SagaID == "" || sale.UserID == "" || sale.Amount <= 0 || sum != sale.Amount {
		return fmt.Errorf("%w: %.100q of %.100q is of %d won, and its %d lines of %d", ErrInvalid, sale.SagaID, sale.UserID, sale.Amount, len(sale.Lines), sum)
	}
	return nil
}

// linesOf are the lines of a sale, by reservation.
func linesOf(sale event.Sale) []Line {
	lines := make([]Line, len(sale.Lines))
	for i, l := range sale.Lines {
		lines[i] = Line{ReservationID: l.ReservationID, Amount: l.Price}
	}
	slices.SortFunc(lines, func(a, b Line) int { return cmp.Compare(a.ReservationID, b.ReservationID) })
	return lines
}

// isFor reports whether a payment was initiated for this sale.
func (p Payment) isFor(sale event.Sale) bool {
	return p.SagaID == sale.SagaID && p.UserID == sale.UserID && p.Amount == sale.Amount && slices.Equal(p.Lines, linesOf(sale))
}
