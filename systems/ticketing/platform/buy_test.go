package platform_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/platform"
)

// The whole way of a buyer, over HTTP: token, wait, seats, hold, charge, pay, tickets.
func TestABuyerGetsTickets(t *testing.T) {
	t.Parallel()
	c := newCity(t, nil)
	concert, schedule := c.signOn("admin").opens(3, 50_000)
	mina := c.signOn("mina")
	mina.must(http.StatusCreated, "POST", "/balance/charges", map[string]any{"amount": 200_000}, nil, "c-1")
	mina.entersAndWaits(concert)
	var held reserved
	mina.must(http.StatusCreated, "POST", "/reservations", map[string]any{"concertId": concert, "scheduleId": schedule, "seats": []int{1, 2}}, &held)
	var paid struct {
		State  string
		Amount int64
		SagaID string
	}
	mina.must(http.StatusOK, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, &paid, "p-1")
	if paid.State != "COMPLETED" || paid.Amount != 100_000 {
		t.Errorf("got %+v", paid)
	}
	mina.must(http.StatusOK, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, nil, "p-1") // a double click

	var mine struct{ Amount int64 }
	mina.must(http.StatusOK, "GET", "/balance", nil, &mine)
	if mine.Amount != 100_000 {
		t.Errorf("%d won are left", mine.Amount)
	}
	var list struct {
		Reservations []struct{ Status string }
	}
	mina.must(http.StatusOK, "GET", "/reservations", nil, &list)
	for _, r := range list.Reservations {
		if r.Status != "PAYMENT_COMPLETED" {
			t.Errorf("a reservation is %s", r.Status)
		}
	}
	var seats struct {
		Seats []struct {
			Number int
			Status string
		}
	}
	mina.until("sold seats", func() bool {
		mina.must(http.StatusOK, "GET", fmt.Sprintf("/concerts/%d/schedules/%d/seats", concert, schedule), nil, &seats)
		return seats.Seats[0].Status == "SOLD" && seats.Seats[1].Status == "SOLD" && seats.Seats[2].Status == "AVAILABLE"
	})
	var told struct {
		Notifications []struct{ SagaID string }
	}
	mina.until("a notification", func() bool {
		mina.must(http.StatusOK, "GET", "/notifications", nil, &told)
		return len(told.Notifications) == 1 && told.Notifications[0].SagaID == paid.SagaID
	})
}

// A-47 from the outside: too little money leaves everything as it was, and the buyer may charge and try again.
func TestTooLittleMoneyCostsNothing(t *testing.T) {
	t.Parallel()
	c := newCity(t, nil)
	concert, schedule := c.signOn("admin").opens(1, 50_000)
	mina := c.signOn("mina")
	mina.entersAndWaits(concert)
	var held reserved
	mina.must(http.StatusCreated, "POST", "/reservations", map[string]any{"concertId": concert, "scheduleId": schedule, "seats": []int{1}}, &held)
	var failed struct {
		Type, State string
		Refunded    int64
	}
	mina.must(http.StatusPaymentRequired, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, &failed, "p-1")
	if failed.State != "FAILED" || failed.Refunded != 0 || failed.Type != "urn:problem-type:ticketing:insufficient-balance" {
		t.Errorf("got %+v", failed)
	}
	mina.must(http.StatusCreated, "POST", "/balance/charges", map[string]any{"amount": 50_000}, nil, "c-1")
	mina.must(http.StatusOK, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, nil, "p-2")
}

// A token of one line pays for no seat of another one: nothing is debited, and the seat stays held.
func TestATokenOfAnotherConcertPaysNothing(t *testing.T) {
	t.Parallel()
	c := newCity(t, nil)
	admin := c.signOn("admin")
	concert, schedule := admin.opens(1, 50_000)
	other, _ := admin.opens(1, 50_000)
	mina := c.signOn("mina")
	mina.must(http.StatusCreated, "POST", "/balance/charges", map[string]any{"amount": 50_000}, nil, "c-1")
	mina.entersAndWaits(concert)
	right := mina.token
	var held reserved
	mina.must(http.StatusCreated, "POST", "/reservations", map[string]any{"concertId": concert, "scheduleId": schedule, "seats": []int{1}}, &held)
	mina.entersAndWaits(other)
	var failed struct {
		Type, State string
		Refunded    int64
	}
	for range 2 { // a repeat is the same payment
		mina.must(http.StatusForbidden, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, &failed, "p-1")
		if failed.State != "FAILED" || failed.Refunded != 0 || failed.Type != "urn:problem-type:ticketing:other-concert" {
			t.Errorf("got %+v", failed)
		}
	}
	mina.token = right
	mina.must(http.StatusOK, "POST", "/payments", map[string]any{"reservationIds": held.ids()}, nil, "p-2")
}

// Each service's health and description are behind the one door.
func TestTheDoorKnowsAllServices(t *testing.T) {
	t.Parallel()
	c := newCity(t, nil)
	anybody := &buyer{c: c, name: "anybody"}
	for _, s := range []string{"user", "concert", "reservation", "queue", "payment", "orchestrator"} {
		anybody.must(http.StatusOK, "GET", "/"+s+"/healthz", nil, nil)
		anybody.must(http.StatusOK, "GET", "/"+s+"/openapi.json", nil, nil)
	}
	var in platform.Entrance
	anybody.must(http.StatusOK, "GET", "/", nil, &in)
	for name, path := range in.Services {
		anybody.must(http.StatusOK, "GET", path, nil, nil)
		anybody.must(http.StatusOK, "GET", "/"+name+"/healthz", nil, nil)
	}
	if len(in.Services) != 6 {
		t.Errorf("the entrance names %v", in.Services)
	}
	anybody.must(http.StatusOK, "GET", "/healthz", nil, nil)
	anybody.must(http.StatusOK, "GET", "/openapi.json", nil, nil)
	var p struct{ Detail string }
	anybody.must(http.StatusNotFound, "GET", "/nothing", nil, &p)
	if !strings.Contains(p.Detail, "/concerts, /queue") {
		t.Errorf("there is nothing, and it says %q", p.Detail)
	}
}
