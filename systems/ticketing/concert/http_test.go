package concert_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

const winter = `{"title":"Winterreise","description":"one\ntwo","schedules":[` +
	`{"concertAt":"2030-02-01T19:00:00+09:00","reservationAvailableAt":"2030-01-02T00:00:00Z","seats":3,"price":77000},` +
	`{"concertAt":"2030-02-02T10:00:00Z","prices":[150000,77000]},` +
	`{"concertAt":"2030-02-03T10:00:00Z","price":1}]}`

func (h *hall) wantStatus(q request, want int) string {
	h.t.Helper()
	status, body := h.send(q)
	if status != want {
		h.t.Errorf("%s %s: got %d %s, want %d", q.method, q.path, status, body, want)
	}
	return body
}

func get(path string) request { return request{method: http.MethodGet, path: path} }

func post(as, path, key, body string) request {
	return request{as: as, method: http.MethodPost, path: path, key: key, body: body}
}

// Everything that the document promises is shown here once, and nothing that it does not.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	const admins = "/admin/concerts"
	large, because := `{"title":"`+strings.Repeat("x", 64<<10)+`"}`, `{"reason":"the singer is ill"}`
	h.wantStatus(get("/healthz"), 200)
	h.wantStatus(post("admin", admins, "k-1", winter), 201)
	h.wantStatus(post("admin", admins, "", winter), 400)
	h.wantStatus(post("", admins, "k-2", winter), 401)
	h.wantStatus(post("mina", admins, "k-2", winter), 403)
	h.wantStatus(post("admin", admins, "k-2", large), 413)
	h.wantStatus(post("admin", admins, "k-2", ""), 415)
	h.wantStatus(post("admin", admins, "k-1", `{"title":"Another"}`), 422)

	h.wantStatus(get("/concerts?all=1&limit=100&after=0"), 200)
	h.wantStatus(get("/concerts?limit=101"), 400)
	h.wantStatus(get("/concerts/1"), 200)
	h.wantStatus(get("/concerts/2"), 404)
	h.wantStatus(get("/concerts/1/schedules"), 200)
	h.wantStatus(get("/concerts/2/schedules"), 404)
	h.wantStatus(get("/concerts/1/schedules/1/seats"), 200)
	h.wantStatus(get("/concerts/1/schedules/4/seats"), 404)

	for _, word := range []string{"close", "reopen"} {
		path := admins + "/1/" + word
		h.wantStatus(post("admin", path, "", because), 200)
		h.wantStatus(post("admin", path, "", `{}`), 400)
		h.wantStatus(post("", path, "", because), 401)
		h.wantStatus(post("mina", path, "", because), 403)
		h.wantStatus(post("admin", admins+"/2/"+word, "", because), 404)
		h.wantStatus(post("admin", path, "", `{"reason":"`+strings.Repeat("x", 64<<10)+`"}`), 413)
		h.wantStatus(post("admin", path, "", ""), 415)
	}
	decisions := func(as, query string) request {
		return request{as: as, method: http.MethodGet, path: admins + query}
	}
	h.wantStatus(decisions("admin", "/1/decisions?limit=1&after=1"), 200)
	h.wantStatus(decisions("admin", "/1/decisions?limit=no"), 400)
	h.wantStatus(decisions("", "/1/decisions"), 401)
	h.wantStatus(decisions("mina", "/1/decisions"), 403)
	h.wantStatus(decisions("admin", "/2/decisions"), 404)
	h.wantStatus(request{method: http.MethodDelete, path: "/concerts"}, 405)
	h.wantStatus(get("/nothing"), 404)
	if unseen := h.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

// What was asked for is there, with prices and times, and the reservation service is told of each date.
func TestAConcertIsMadeWithItsDatesAndSeats(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	body := h.wantStatus(post("admin", "/admin/concerts", "k-1", winter), 201)
	if want := `{"id":1,"title":"Winterreise","description":"one\ntwo","status":"AVAILABLE","closed":false}`; strings.TrimSpace(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
	body = h.wantStatus(get("/concerts/1/schedules"), 200)
	if want := `{"concertId":1,"status":"AVAILABLE","schedules":[` +
		`{"id":1,"concertAt":"2030-02-01T10:00:00Z","reservationAvailableAt":"2030-01-02T00:00:00Z"},` +
		`{"id":2,"concertAt":"2030-02-02T10:00:00Z","reservationAvailableAt":"2030-01-01T12:00:00Z"},` +
		`{"id":3,"concertAt":"2030-02-03T10:00:00Z","reservationAvailableAt":"2030-01-01T12:00:00Z"}]}`; strings.TrimSpace(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
	body = h.wantStatus(get("/concerts/1/schedules/2/seats"), 200)
	if want := `{"concertId":1,"scheduleId":2,"seats":[{"number":1,"price":150000,"status":"AVAILABLE"},` +
		`{"number":2,"price":77000,"status":"AVAILABLE"}]}`; strings.TrimSpace(body) != want {
		t.Errorf("got %s, want %s", body, want)
	}
	if got := len(strings.Fields(h.seats(1, 3))); got != concert.DefaultSeats {
		t.Errorf("%d seats by default", got)
	}
	rows, err := h.service.Outbox().Claim(t.Context(), 10, 1e9)
	must(t, err)
	var told []string
	for _, row := range rows {
		m := row.Message
		told = append(told, m.Key+" "+word(m))
		if m.Source != "/ticketing/concert" || m.Correlation != "" {
			t.Errorf("%+v", m)
		}
		var opened event.ScheduleOpened
		if m.Key == "schedule/2" {
			must(t, json.Unmarshal(m.Data, &opened))
			want := event.ScheduleOpened{
				ConcertID: 1, ScheduleID: 2, AvailableAt: begin.UnixMilli(), ConcertAt: 1896256800000, Prices: []int64{150000, 77000},
			}
			if fmt.Sprint(opened) != fmt.Sprint(want) {
				t.Errorf("told %+v, want %+v", opened, want)
			}
		}
	}
	if want := "[concert/1 ConcertStatusUpdated >AVAILABLE schedule/1 ScheduleOpened schedule/2 ScheduleOpened schedule/3 ScheduleOpened]"; fmt.Sprint(told) != want {
		t.Errorf("told %v, want %s", told, want)
	}
}

// The same request again is the same concert, and what is told of it is told once.
func TestAKeyMakesOneConcert(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	first := h.wantStatus(post("admin", "/admin/concerts", "k-1", winter), 201)
	h.told()
	again := h.wantStatus(post("admin", "/admin/concerts", "k-1", winter), 201)
	if first != again || h.told() != "" {
		t.Errorf("got %s and then %s", first, again)
	}
	h.pass(365 * 24 * time.Hour) // the dates are over: the answer stays
	if late := h.wantStatus(post("admin", "/admin/concerts", "k-1", winter), 201); late != first {
		t.Errorf("got %s and a year later %s", first, late)
	}
	h.wantStatus(post("admin", "/admin/concerts", "k-2", winter), 400)
	if concerts, err := h.service.Concerts(t.Context(), true, 0, 100); len(concerts) != 1 || err != nil {
		t.Error(concerts, err)
	}
}

// A concert that is closed is gone from the list at once and stands in that of all, with who closed it.
func TestAnAdminClosesAndReopens(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.makes(1)
	list := func(path, want string) {
		t.Helper()
		if got := strings.TrimSpace(h.wantStatus(get(path), 200)); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
	open := `{"concerts":[{"id":1,"title":"Winterreise","description":"","status":"AVAILABLE","closed":false}]}`
	list("/concerts", open)
	for range 2 {
		h.wantStatus(post("admin", "/admin/concerts/1/close", "", `{"reason":"the singer is ill"}`), 200)
	}
	if got := h.told(); got != "ConcertStatusUpdated AVAILABLE>UNAVAILABLE" {
		t.Error("told", got)
	}
	list("/concerts", `{"concerts":[]}`)
	list("/concerts?all=1", `{"concerts":[{"id":1,"title":"Winterreise","description":"","status":"UNAVAILABLE","closed":true}]}`)
	h.wantStatus(post("admin", "/admin/concerts/1/reopen", "", `{"reason":"she is well"}`), 200)
	list("/concerts", open)
	r := request{as: "admin", method: http.MethodGet, path: "/admin/concerts/1/decisions"}
	if got, want := strings.TrimSpace(h.wantStatus(r, 200)), `{"decisions":[`+
		`{"id":1,"closed":true,"reason":"the singer is ill","admin":"admin","at":"2030-01-01T12:00:00Z"},`+
		`{"id":2,"closed":false,"reason":"she is well","admin":"admin","at":"2030-01-01T12:00:00Z"}]}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// A concert without seats can be announced, and is not available.
func TestAConcertWithoutSeatsIsUnavailable(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, _ := h.makes()
	_, err := h.service.ReopenConcert(t.Context(), made.ID, admin("once more"))
	must(t, err)
	if h.status(made.ID) != concert.Unavailable || h.listed() != 0 {
		t.Error("it is", h.status(made.ID))
	}
}

func TestListsComeInPages(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for range 5 {
		h.makes(1)
	}
	for _, query := range []string{"?limit=2", "?limit=2&all=1"} {
		seen, after := "", int64(0)
		for range 3 {
			var list concert.List
			must(t, json.Unmarshal([]byte(h.wantStatus(get(fmt.Sprintf("/concerts%s&after=%d", query, after)), 200)), &list))
			for _, c := range list.Concerts {
				seen, after = seen+fmt.Sprint(c.ID), c.ID
			}
		}
		if seen != "12345" {
			t.Errorf("%s: got %s", query, seen)
		}
	}
}

// What cannot be read is a 500 that says what to do, and the rest goes on.
func TestAFailureIsToldAsOne(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	h.makes(1)
	must(t, h.service.Close())
	checked := openapi.Check(t, concert.NewController(h.service))
	h.checked = checked
	for _, path := range []string{"/healthz", "/concerts?all=1", "/concerts/1", "/concerts/1/schedules/1/seats"} {
		if body := h.wantStatus(get(path), 500); !strings.Contains(body, "ticketing:internal") || !strings.Contains(body, "Repeat the same request") {
			t.Errorf("%s: %s", path, body)
		}
	}
}
