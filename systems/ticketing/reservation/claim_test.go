package reservation_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

func TestAClaimSaysWhatIsPaidFor(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := d.holds(mina, 5, 4)
	sale := d.claims("s-1", mina, ids[1], ids[0])
	if sale.SagaID != "s-1" || sale.UserID != mina || sale.Token != tokenOf(mina, concert) || sale.ConcertID != concert ||
		sale.Amount != 2*price || !slices.Equal(sale.ReservationIDs(), ids) ||
		sale.Lines[0] != (event.Line{ReservationID: ids[0], ScheduleID: schedule, Seat: 5, Price: price, Version: 1}) {
		t.Errorf("the sale is %+v", sale)
	}
	d.wantStatus(ids[0], reservation.Paying)
}

// What is being paid is not swept, however long that takes.
func TestTimeDoesNotCountWhileASagaPays(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	sale := d.claims("s-1", mina, id)
	d.pass(10 * holdFor)
	if n, err := d.service.Sweep(t.Context()); n != 0 || err != nil {
		t.Errorf("swept %d, %v", n, err)
	}
	d.wantSeat(1, id)
	d.answers("s-1", "PaymentCompleted", event.PaymentCompleted{Sale: sale}, "ReservationsCompleted")
	d.wantStatus(id, reservation.Completed)
}

// The hold is over and nobody has swept it.
func TestAHoldThatIsOverIsNotClaimed(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	d.pass(holdFor)
	d.answers("s-1", "ClaimReservations", claimOf("s-1", mina, id), "ClaimRefused expired")
	d.wantStatus(id, reservation.Pending)
	_, err := d.service.Sweep(t.Context())
	must(t, err)
	d.answers("s-2", "ClaimReservations", claimOf("s-2", mina, id), "ClaimRefused expired")
}

func TestWhatCannotBeClaimedIsRefused(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	free, paying, given, bobs := d.holds(mina, 1)[0], d.holds(mina, 2)[0], d.holds(mina, 3)[0], d.holds(jun, 4)[0]
	sold := d.holds(mina, 5)[0]
	other, err := d.service.Hold(t.Context(), reservation.Request{
		UserID: mina, Token: tokenOf(mina, elsewhere), ConcertID: elsewhere, ScheduleID: later, Seats: []int{1},
	})
	must(t, err)
	d.claims("s-paying", mina, paying)
	d.answers("s-sold", "PaymentCompleted", event.PaymentCompleted{Sale: d.claims("s-sold", mina, sold)}, "ReservationsCompleted")
	_, err = d.service.GiveUp(t.Context(), mina, given)
	must(t, err)
	for i, c := range []struct {
		ids  []int64
		want string
	}{
		{nil, reservation.ReservationCount},
		{make([]int64, reservation.MaxClaim+1), reservation.ReservationCount},
		{[]int64{free, free}, reservation.DuplicateReservation},
		{[]int64{free, 9999}, reservation.NotFound},
		{[]int64{free, bobs}, reservation.Foreign},
		{[]int64{free, paying}, reservation.InPayment},
		{[]int64{free, given}, reservation.GivenUp},
		{[]int64{free, sold}, reservation.Paid},
		{[]int64{free, other[0].ID}, reservation.SeveralConcerts},
	} {
		sagaID := fmt.Sprint("s-", i)
		d.answers(sagaID, "ClaimReservations", claimOf(sagaID, mina, c.ids...), "ClaimRefused "+c.want)
	}
	d.answers("s-n", "ClaimReservations", event.ClaimReservations{SagaID: "s-n", UserID: mina, ReservationIDs: []int64{free}}, "ClaimRefused no-token")
	d.wantStatus(free, reservation.Pending)
	d.claims("s-last", mina, free)
}

// Whoever pays with a token of another line is told before anything is done, and keeps the hold.
func TestATokenOfAnotherConcertPaysNothing(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	claim := claimOf("s-1", mina, id)
	claim.ConcertID = elsewhere
	d.answers("s-1", "ClaimReservations", claim, "ClaimRefused "+reservation.OtherConcert)
	d.wantStatus(id, reservation.Pending)
	d.wantSeat(1, id)
	claim.SagaID, claim.ConcertID = "s-2", concert
	d.answers("s-2", "ClaimReservations", claim, "ReservationsClaimed")
}

// Two clicks are two sagas, and one of them pays.
func TestOfTwoSagasOneClaims(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	ids := d.holds(mina, 1, 2)
	var both sync.WaitGroup
	for _, sagaID := range []string{"s-1", "s-2"} {
		m, err := event.New("orchestrator", "ClaimReservations", sagaID, claimOf(sagaID, mina, ids...))
		must(t, err)
		both.Go(func() {
			if err := d.handlers[m.Type](t.Context(), m); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	got := map[string]string{}
	for _, m := range d.drain() {
		if m.Correlation != "" {
			got[m.Type] = m.Correlation
		}
	}
	if len(got) != 2 || got["ReservationsClaimed"] == "" || got["ClaimRefused"] == "" {
		t.Errorf("the sagas were told %v", got)
	}
	var sagaID string
	must(t, d.db().QueryRowContext(t.Context(), `select distinct saga from reservation`).Scan(&sagaID))
	if sagaID != got["ReservationsClaimed"] {
		t.Errorf("%s has them, and %s was told so", sagaID, got["ReservationsClaimed"])
	}
}

// Who lets go in time has the rest of the hold, and no more.
func TestAnUndoneClaimIsPendingForTheRestOfItsHold(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	d.claims("s-1", mina, id)
	d.pass(holdFor / 2)
	d.answers("s-1", "UndoClaim", question("s-1", event.Claim), "ClaimUndone")
	r, err := d.service.Reservation(t.Context(), mina, id)
	if err != nil || r.Status != reservation.Pending || !r.ExpiresAt.Equal(start.Add(holdFor)) || r.SagaID != "" {
		t.Errorf("it is %+v, %v", r, err)
	}
	d.claims("s-2", mina, id) // the buyer may try again
}

func TestAnUndoneClaimWhoseHoldIsOverIsExpired(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	d.claims("s-1", mina, id)
	d.pass(holdFor)
	m, err := event.New("orchestrator", "UndoClaim", "s-1", question("s-1", event.Claim))
	must(t, err)
	must(t, d.handlers["UndoClaim"](t.Context(), m))
	d.wantStatus(id, reservation.Expired)
	d.wantSeat(1, 0)
	if told := d.seatsTold(); len(told) != 1 || told[0].Status != "RELEASED" || told[0].Line.Version != 2 {
		t.Errorf("told %+v", told)
	}
}

// The message is about one saga and its data about another: no repeat can help.
func TestDataOfAnotherSagaAreADeadLetter(t *testing.T) {
	t.Parallel()
	d := newDesk(t)
	id := d.holds(mina, 1)[0]
	sale := d.claims("s-1", mina, id)
	for typ, data := range map[string]any{
		"ClaimReservations": claimOf("s-1", mina, id), "PaymentCompleted": event.PaymentCompleted{Sale: sale},
	} {
		m, err := event.New("test", typ, "s-2", data)
		must(t, err)
		wantPoison(t, d, m)
	}
	for _, data := range []any{event.PaymentCompleted{Sale: event.Sale{SagaID: "s-2"}}, 7} {
		m, err := event.New("test", "PaymentCompleted", "s-2", data)
		must(t, err)
		wantPoison(t, d, m)
	}
	m, err := message.New("test", "ScheduleOpened", "k", event.ScheduleOpened{ConcertID: 1, ScheduleID: 9, Prices: []int64{-1}})
	must(t, err)
	wantPoison(t, d, m)
	m, err = message.New("test", "ScheduleOpened", "k", event.ScheduleOpened{ConcertID: 1, ScheduleID: 9})
	must(t, err)
	wantPoison(t, d, m)
	d.wantStatus(id, reservation.Paying)
}
