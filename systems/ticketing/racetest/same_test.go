package racetest_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"
)

// I-A6: a reservation is paid once, whoever pays how often.
func TestTwoPaymentsRaceForOneReservation(t *testing.T) {
	const size = 10
	c := openCity(t, size)
	buyers := c.crowd(t, size, 1)
	var all sync.WaitGroup
	for i, b := range buyers {
		all.Go(func() { b.paysTwice(t, i+1) })
	}
	all.Wait()
	s := c.quiet(t).Summary
	if s.Payments != size*price || s.Balances != size*(charged-price) || s.Sagas["COMPLETED"] != size || s.Seats.Sold != size || s.Refunds != 0 {
		t.Errorf("the books say %+v", s)
	}
	t.Logf("the sagas are %v", s.Sagas)
}

// paysTwice has one buyer pay for a seat under two keys at once.
func (b *buyer) paysTwice(t *testing.T, seat int) {
	for _, step := range []func() (bool, error){
		func() (bool, error) { return b.enter(t.Context()) }, func() (bool, error) { return b.wait(t.Context()) },
	} {
		if left, err := step(); err != nil || !left {
			t.Errorf("%s did not get in: %v", b.name, err)
			return
		}
	}
	reserved := b.send(t.Context(), "POST", "/reservations", fmt.Sprintf(`{"concertId":%d,"scheduleId":%d,"seats":[%d]}`, concert, concert, seat), "r-1")
	var got struct{ Reservations []struct{ ID int64 } }
	if err := json.Unmarshal([]byte(reserved.body), &got); err != nil || len(got.Reservations) != 1 {
		t.Errorf("%s: %d %s", b.name, reserved.status, reserved.body)
		return
	}
	answers := make([]said, 2)
	var both sync.WaitGroup
	for i := range answers {
		both.Go(func() {
			answers[i] = b.send(t.Context(), "POST", "/payments", fmt.Sprintf(`{"reservationIds":[%d]}`, got.Reservations[0].ID), fmt.Sprint("p-", i))
		})
	}
	both.Wait()
	paid, not := answers[0], answers[1]
	if not.status == http.StatusOK {
		paid, not = not, paid
	}
	// The one that is late finds the reservation in the hands of the other, or the token used up.
	late := not.status == http.StatusConflict && (not.code() == "paying" || not.code() == "paid") || not.status == http.StatusForbidden && not.code() == "not-admitted"
	if paid.status != http.StatusOK || !late {
		t.Errorf("%s: %d %s and %d %s", b.name, paid.status, paid.body, not.status, not.body)
	}
}
