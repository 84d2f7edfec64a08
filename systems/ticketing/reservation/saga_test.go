package reservation_test

import (
	"errors"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

func wantPoison(t *testing.T, d *desk, m message.Message) {
	t.Helper()
	if err := d.handlers[m.Type](t.Context(), m); !errors.Is(err, message.ErrPoison) {
		t.Errorf("%s %s: %v", m.Type, m.Data, err)
	}
}

func paid(sale event.Sale) event.PaymentCompleted {
	return event.PaymentCompleted{Sale: sale, PaymentID: "p-1"}
}

func TestAPaidSaleSellsItsSeats(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := d.holds(mina, 1, 2)
	sale := d.claims("s-1", mina, ids...)
	m := d.takes("s-1", "PaymentCompleted", paid(sale))
	done := readAs[event.ReservationsCompleted](t, m).Sale
	if m.Type != "ReservationsCompleted" || done.Amount != sale.Amount || done.Lines[1].Version != 2 || done.Lines[1].Seat != 2 {
		t.Errorf("answered %s %+v", m.Type, done)
	}
	d.wantStatus(ids[0], reservation.Completed)
	d.wantSeat(1, ids[0])
	if _, err := d.service.GiveUp(t.Context(), mina, ids[0]); code(t, err) != reservation.Paid {
		t.Error(err)
	}
	if _, err := d.service.Withdraw(t.Context(), admin, ids[0], "x"); code(t, err) != reservation.Paid {
		t.Error(err)
	}
}

// The undo of RESERVATION cancels; the undo of CLAIM, which follows, must not revive what is cancelled.
func TestAnUndoneSaleIsCancelledAndItsSeatsAreFree(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	d.takes("s-1", "PaymentCompleted", paid(d.claims("s-1", mina, id)))
	undo, err := event.New("orchestrator", "UndoReservation", "s-1", question("s-1", event.Reservation))
	must(t, err)
	must(t, d.handlers[undo.Type](t.Context(), undo))
	if told := d.seatsTold(); len(told) != 1 || told[0].Status != "RELEASED" || told[0].Line.Version != 3 {
		t.Errorf("told %+v", told)
	}
	next := d.holds(jun, 1)[0]
	d.answers("s-1", "UndoReservation", question("s-1", event.Reservation), "ReservationUndone")
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	d.wantStatus(id, reservation.Cancelled)
	d.wantSeat(1, next)
	d.answers("s-1", "AskReservation", question("s-1", event.Reservation), "ReservationsFailed undone")
}

// after a failed RESERVATION step nothing is paid, and the hold is no longer than it was.
func TestAnAdminMayBeFasterThanTheSaga(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := d.holds(mina, 1, 2)
	sale := d.claims("s-1", mina, ids...)
	r, err := d.service.Withdraw(t.Context(), admin, ids[1], "the seat is broken")
	if err != nil || r.Status != reservation.Cancelled || r.Reason != "the seat is broken" {
		t.Errorf("it is %+v, %v", r, err)
	}
	d.wantSeat(2, 0)
	d.answers("s-1", "PaymentCompleted", paid(sale), "ReservationsFailed not-paying")
	d.wantStatus(ids[0], reservation.Paying) // all or none
	d.pass(holdFor / 2)
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	d.wantStatus(ids[0], reservation.Pending)
	d.wantStatus(ids[1], reservation.Cancelled)
	d.pass(holdFor / 2)
	_, err = d.service.Sweep(t.Context())
	must(t, err)
	d.wantStatus(ids[0], reservation.Expired)
}

func TestUndoBeforeDoForbidsTheDo(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	d.answers("s-1", "ClaimReservations", claimOf("s-1", mina, id), "ClaimRefused not-in-time")
	d.wantStatus(id, reservation.Pending)

	sale := d.claims("s-2", mina, id)
	d.answers("s-2", "UndoReservation", question("s-2", event.Reservation), "ReservationUndone")
	d.answers("s-2", "PaymentCompleted", paid(sale), "")
	d.answers("s-2", "AskReservation", question("s-2", event.Reservation), "ReservationsFailed not-in-time")
	d.wantStatus(id, reservation.Paying)
	d.answers("s-2", "UndoClaim", question("s-2", event.Claim), "ClaimUndone")
	d.wantStatus(id, reservation.Pending)
}

// Every message comes three times; the end is that of once.
func TestMessagesMayComeAgain(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	m := opened(t, concert, 9)
	for range 3 {
		must(t, d.handlers["ScheduleOpened"](t.Context(), m))
	}
	d.opens(concert, 9) // as another message
	id := d.holds(mina, 1)[0]
	var sale event.Sale
	for range 3 {
		sale = d.claims("s-1", mina, id)
	}
	d.answers("s-1", "PaymentCompleted", paid(sale), "ReservationsCompleted")
	for range 2 {
		d.answers("s-1", "PaymentCompleted", paid(sale), "")
		d.answers("s-1", "ClaimReservations", claimOf("s-1", mina, id), "ReservationsClaimed")
		d.answers("s-1", "AskReservation", question("s-1", event.Reservation), "ReservationsCompleted")
	}
	d.wantStatus(id, reservation.Completed)
	for range 3 {
		d.answers("s-1", "UndoReservation", question("s-1", event.Reservation), "ReservationUndone")
		d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	}
	d.wantStatus(id, reservation.Cancelled)
	var version int64
	must(t, d.db().QueryRowContext(t.Context(), `select version from reservation_seat where schedule = 7 and number = 1`).Scan(&version))
	if version != 3 { // held, sold, released
		t.Errorf("the seat's version is %d", version)
	}
}

func TestABuyerGivesUp(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := d.holds(mina, 1, 2)
	d.claims("s-1", mina, ids[1])
	for range 2 {
		r, err := d.service.GiveUp(t.Context(), mina, ids[0])
		if err != nil || r.Status != reservation.Cancelled {
			t.Errorf("it is %+v, %v", r, err)
		}
	}
	d.wantSeat(1, 0)
	for id, want := range map[int64]string{ids[1]: reservation.InPayment, 999: reservation.NotFound, d.holds(jun, 3)[0]: reservation.Foreign} {
		if _, err := d.service.GiveUp(t.Context(), mina, id); code(t, err) != want {
			t.Errorf("%d: %v", id, err)
		}
	}
	d.pass(holdFor)
	late := d.holds(mina, 5)[0]
	d.pass(holdFor)
	_, err := d.service.Sweep(t.Context())
	must(t, err)
	if _, err := d.service.GiveUp(t.Context(), mina, late); code(t, err) != reservation.Over {
		t.Error(err)
	}
}

// A saga gave up, and the buyer pays by another; what the first still had under way must not sell the
// second's seats, nor let go of them.
func TestALatePaymentOfAnotherSagaIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	old := d.claims("s-1", mina, id)
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	sale := d.claims("s-2", mina, id)
	d.answers("s-1", "PaymentCompleted", paid(old), "ReservationsFailed not-paying")
	d.answers("s-1", "UndoReservation", question("s-1", event.Reservation), "ReservationUndone")
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	d.wantStatus(id, reservation.Paying)
	d.answers("s-2", "PaymentCompleted", paid(sale), "ReservationsCompleted")
	d.wantStatus(id, reservation.Completed)
}
