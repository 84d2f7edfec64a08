package monolith_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/monolith"
)

// ask sends a request with headers, decodes the answer, and returns the status.
func ask(t *testing.T, door http.Handler, method, path, body string, headers map[string]string, into any) int {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range headers {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	door.ServeHTTP(w, r)
	if cookie := w.Header().Get("Set-Cookie"); cookie != "" && headers != nil {
		headers["Cookie"], _, _ = strings.Cut(cookie, ";")
	}
	if into != nil {
		if err := json.Unmarshal(w.Body.Bytes(), into); err != nil {
			t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
		}
	}
	return w.Code
}

// A buyer goes the same way over HTTP as at the services.
func TestABuyerGetsTicketsOverHTTP(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	door := monolith.NewController(h.m)
	mina := map[string]string{}
	expect := func(status int, method, path, body string, into any) {
		t.Helper()
		var text json.RawMessage
		if got := ask(t, door, method, path, body, mina, &text); got != status {
			t.Fatalf("%s %s: %d %s, want %d", method, path, got, text, status)
		}
		if into != nil {
			must(t, json.Unmarshal(text, into))
		}
	}
	expect(http.StatusCreated, "POST", "/users", `{"name":"mina","password":"correct horse"}`, nil)
	ask(t, door, "POST", "/session", `{"user":"mina","password":"correct horse"}`, mina, nil)
	var dates struct{ Schedules []struct{ ID int64 } }
	expect(http.StatusOK, "GET", fmt.Sprintf("/concerts/%d/schedules", h.concert), "", &dates)
	var at struct{ Token, Status string }
	expect(http.StatusCreated, "POST", "/queue/tokens", fmt.Sprintf(`{"concertId":%d}`, h.concert), &at)
	must(t, h.m.Admit(t.Context()))
	mina["QUEUE-TOKEN"] = at.Token
	expect(http.StatusOK, "GET", "/queue/tokens/me", "", &at)
	if at.Status != "ACTIVE" {
		t.Errorf("the token is %s", at.Status)
	}
	mina["Idempotency-Key"] = "k-1"
	expect(http.StatusCreated, "POST", "/balance/charges", `{"amount":200000}`, nil)
	var held struct {
		Reservations []struct{ ID int64 }
		Total        int64
	}
	expect(http.StatusCreated, "POST", "/reservations",
		fmt.Sprintf(`{"concertId":%d,"scheduleId":%d,"seats":[1]}`, h.concert, dates.Schedules[0].ID), &held)
	body := fmt.Sprintf(`{"reservationIds":[%d]}`, held.Reservations[0].ID)
	var first, second struct {
		State, PaymentID string
		Amount           int64
	}
	expect(http.StatusOK, "POST", "/payments", body, &first)
	expect(http.StatusOK, "POST", "/payments", body, &second)
	if first != second || first.State != "COMPLETED" || first.Amount != held.Total {
		t.Errorf("got %+v and then %+v", first, second)
	}
	var mine struct{ Payments []struct{ ID string } }
	expect(http.StatusOK, "GET", "/payments", "", &mine)
	if len(mine.Payments) != 1 || mine.Payments[0].ID != first.PaymentID {
		t.Errorf("the payments are %+v", mine)
	}
	expect(http.StatusOK, "GET", "/reservations", "", nil)
	expect(http.StatusOK, "GET", "/balance", "", nil)
	expect(http.StatusOK, "GET", fmt.Sprintf("/concerts/%d/schedules/%d/seats", h.concert, dates.Schedules[0].ID), "", nil)
	expect(http.StatusOK, "GET", "/healthz", "", nil)
	expect(http.StatusNotFound, "GET", "/nothing", "", nil)
	expect(http.StatusForbidden, "POST", "/admin/concerts", `{"title":"Mine"}`, nil)
}

// What was held and not paid is free again for the next buyer, and shown so.
func TestAHoldEnds(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	mina := h.buyer("mina", 0, 1, 2)
	if n := h.number(`select count(*) from concert_seat where status = 'HELD'`); n != 2 {
		t.Errorf("%d seats are shown as held", n)
	}
	_, err := h.m.GiveUp(t.Context(), "mina", mina.held[0])
	must(t, err)
	h.now.Store(301_000)
	must(t, h.m.Sweep(t.Context()))
	if n := h.number(`select count(*) from concert_seat where status = 'AVAILABLE'`); n != 4 {
		t.Errorf("%d seats are shown as free", n)
	}
	h.buyer("noor", 0, 1, 2)
}
