package reservation

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

// Claim keeps reservations for one saga while it pays, PENDING to PAYING, all of them or none, and returns
// what they cost. It refuses with the codes reservation-count, duplicate-reservation, no-token, not-found,
// foreign, other-concert, several-concerts, not-on-sale, expired, cancelled, paying and paid. A hold that is over is expired, also if
// it was not swept yet. The error matches [participant.ErrInvalid] if the claim names no saga or no buyer.
func (m ReservationManager) Claim(ctx context.Context, tx *sql.Tx, c event.ClaimReservations, now time.Time) (event.Sale, error) {
	if err := checkClaim(c); err != nil {
		return event.Sale{}, err
	}
	sale := event.Sale{SagaID: c.SagaID, UserID: c.UserID, Token: c.Token}
	for _, id := range slices.Sorted(slices.Values(c.ReservationIDs)) {
		r, err := read(ctx, tx, id)
		if err != nil {
			return event.Sale{}, err
		}
		if err := claimable(r, c.UserID, now); err != nil {
			return event.Sale{}, err
		}
		if c.ConcertID != 0 && r.ConcertID != c.ConcertID {
			return event.Sale{}, refuse(OtherConcert, "Reservation %d is of concert %d, and the token of concert %d. Pay with your token for this concert.",
				r.ID, r.ConcertID, c.ConcertID)
		}
		sale.ConcertID = cmp.Or(sale.ConcertID, r.ConcertID)
		if r.ConcertID != sale.ConcertID {
			return event.Sale{}, refuse(SeveralConcerts, "The reservations are of several concerts. Pay for each concert by itself.")
		}
		if err := onSale(ctx, tx, r.ConcertID); err != nil {
			return event.Sale{}, err
		}
		if err := move(ctx, tx, &r, Paying, c.SagaID, now); err != nil {
			return event.Sale{}, err
		}
		sale.Amount += r.Price
		sale.Lines = append(sale.Lines, r.Line())
	}
	return sale, nil
}

func checkClaim(c event.ClaimReservations) error {
	if !visible(c.SagaID, maxSaga) || c.UserID == "" || len(c.UserID) > maxUser {
		return fmt.Errorf("%w: a claim by saga %.20q for %.20q; name both", participant.ErrInvalid, c.SagaID, c.UserID)
	}
	if len(c.ReservationIDs) < 1 || len(c.ReservationIDs) > MaxClaim {
		return refuse(ReservationCount, "%d reservations are to be paid. Name 1 to %d.", len(c.ReservationIDs), MaxClaim)
	}
	sorted := slices.Sorted(slices.Values(c.ReservationIDs))
	for i := range sorted[1:] {
		if sorted[i] == sorted[i+1] {
			return refuse(DuplicateReservation, "Reservation %d is named twice. Name each once.", sorted[i])
		}
	}
	return checkToken(c.Token)
}

func claimable(r Reservation, user string, now time.Time) error {
	if r.UserID != user {
		return foreign(r.ID)
	}
	if r.Status != Pending || r.over(now) {
		return standing(r)
	}
	return nil
}

// Unclaim lets go of what a saga has claimed: what is PAYING for it is PENDING again with the time that
// is left of its hold, or EXPIRED if none is. Reservations of any other status stay as they are. It returns
// those whose seats it set free. It may be repeated.
func (m ReservationManager) Unclaim(ctx context.Context, tx *sql.Tx, sale event.Sale, now time.Time) ([]Reservation, error) {
	return each(ctx, tx, sale, Paying, func(r *Reservation) (bool, error) {
		if !r.over(now) {
			return false, move(ctx, tx, r, Pending, "", now)
		}
		return end(ctx, tx, r, Expired, "", now)
	})
}

// each calls fn for the reservations of a sale that stand as a saga has left them, and returns those for
// which it says true.
func each(ctx context.Context, tx *sql.Tx, sale event.Sale, status Status, fn func(*Reservation) (bool, error)) ([]Reservation, error) {
	var chosen []Reservation
	for _, id := range sale.ReservationIDs() {
		r, err := read(ctx, tx, id)
		if err != nil {
			return nil, err
		}
		if r.Status != status || r.SagaID != sale.SagaID {
			continue
		}
		take, err := fn(&r)
		if err != nil {
			return nil, err
		}
		if take {
			chosen = append(chosen, r)
		}
	}
	return chosen, nil
}
