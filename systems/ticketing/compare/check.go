package compare

import (
	"context"
	"fmt"
	"net/http"
)

// checked looks at what became of everybody: each buyer has paid once, for a reservation that is paid, and as
// many seats are sold as there are buyers.
func checked(ctx context.Context, s *system, at hall, buyers []*buyer) error {
	err := eachOf(len(buyers), 8, func(i int) error { return buyers[i].checked(ctx, charge-price) })
	if err != nil {
		return err
	}
	return patiently(ctx, func() error { // the concerts hear of seats by message
		sold, err := buyers[0].sold(ctx, at)
		if err == nil && sold != len(buyers) {
			err = fmt.Errorf("%d seats are sold to %d buyers", sold, len(buyers))
		}
		return err
	})
}

func (b *buyer) checked(ctx context.Context, left int64) error {
	var balance struct{ Amount int64 }
	if err := b.ask(ctx, http.MethodGet, "/balance", "", nil, &balance); err != nil {
		return err
	}
	var mine struct {
		Payments []struct {
			Status string
			Amount int64
		}
	}
	if err := b.ask(ctx, http.MethodGet, "/payments", "", nil, &mine); err != nil {
		return err
	}
	var reservation struct{ Status string }
	if err := b.ask(ctx, http.MethodGet, fmt.Sprintf("/reservations/%d", b.reservation), "", nil, &reservation); err != nil {
		return err
	}
	one := len(mine.Payments) == 1 && mine.Payments[0].Status == "COMPLETED" && mine.Payments[0].Amount == price
	if balance.Amount != left || !one || reservation.Status != "PAYMENT_COMPLETED" {
		return fmt.Errorf("%s has %d won and should have %d, the payments %+v, and a reservation that is %s",
			b.name, balance.Amount, left, mine.Payments, reservation.Status)
	}
	return nil
}

func (b *buyer) sold(ctx context.Context, at hall) (n int, err error) {
	var all struct{ Seats []struct{ Status string } }
	err = b.ask(ctx, http.MethodGet, fmt.Sprintf("/concerts/%d/schedules/%d/seats", at.concert, at.schedule), "", nil, &all)
	for _, seat := range all.Seats {
		if seat.Status == "SOLD" {
			n++
		}
	}
	return n, err
}
