package reservation_test

import (
	"errors"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// stands tells how a concert stands.
func (d *desk) stands(concert int64, status string, version int64) error {
	d.t.Helper()
	m, err := message.New(event.Source("concert"), "ConcertStatusUpdated", "concert",
		event.ConcertStatusUpdated{ConcertID: concert, After: status, Version: version})
	must(d.t, err)
	return d.handlers[m.Type](d.t.Context(), m)
}

// What is closed is neither reserved nor paid, and everything goes on when it is reopened.
func TestAConcertThatIsClosedIsNotSold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	must(t, d.stands(concert, "UNAVAILABLE", 2))
	must(t, d.stands(concert, "AVAILABLE", 1)) // older, and late
	if _, err := d.service.Hold(t.Context(), ask(mina, 2)); code(t, err) != reservation.NotOnSale {
		t.Errorf("a seat of a closed concert: %v", err)
	}
	d.answers("s-1", "ClaimReservations", claimOf("s-1", mina, id), "ClaimRefused "+reservation.NotOnSale)
	d.wantStatus(id, reservation.Pending)
	d.wantSeat(2, 0)
	must(t, d.stands(concert, "AVAILABLE", 3))
	d.holds(mina, 2)
	d.claims("s-2", mina, id)
}

// What was claimed before the concert was closed is the concert service's to refuse.
func TestClosingDoesNotBreakIntoAPayment(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	sale := d.claims("s-1", mina, d.holds(mina, 1)...)
	must(t, d.stands(concert, "UNAVAILABLE", 2))
	d.answers("s-1", "PaymentCompleted", event.PaymentCompleted{Sale: sale}, "ReservationsCompleted")
}

func TestAWordAboutNoConcertIsPoison(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	for _, err := range []error{d.stands(0, "AVAILABLE", 1), d.stands(concert, "CLOSED", 1)} {
		if !errors.Is(err, message.ErrPoison) {
			t.Error(err)
		}
	}
}
