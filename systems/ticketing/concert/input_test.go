package concert_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func dated(rest string) string {
	return `{"title":"t","schedules":[{"concertAt":"2030-02-01T10:00:00Z",` + rest + `}]}`
}

// What cannot be a concert is refused with what to send instead, and nothing is left of it.
func TestWhatCannotBeAConcertIsRefused(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for body, want := range map[string]string{
		`{}`:               "title has 0 characters; send 1 to 200",
		`{"title":"  "}`:   "title has 2 characters",
		`{"title":"a\nb"}`: "without control characters",
		`{"title":"` + strings.Repeat("밤", 201) + `"}`:                                  "title has 201 characters",
		`{"title":"t","description":"` + strings.Repeat("밤", 2001) + `"}`:               "description has 2001 characters",
		`{"title":"t","titel":"u"}`:                                                     `unknown member \"titel\"`,
		`{"title":"t","schedules":[` + strings.Repeat(`{},`, 100) + `{}]}`:              "101 schedules; send at most 100",
		`{"title":"t","schedules":[{"price":1}]}`:                                       "send a time to come",
		`{"title":"t","schedules":[{"concertAt":"2030-01-01T12:00:00Z","price":1}]}`:    "send a time to come",
		dated(`"reservationAvailableAt":"2030-02-01T10:00:00Z","price":1`):              "send a reservationAvailableAt before concertAt",
		dated(`"seats":501,"price":1`):                                                  "501 seats; send 1 to 500",
		dated(`"seats":-1,"price":1`):                                                   "-1 seats; send 1 to 500",
		dated(`"price":1,"prices":[1]`):                                                 "send either price, or one of prices for each of the 1 seats",
		dated(`"seats":3,"prices":[1,2]`):                                               "one of prices for each of the 3 seats",
		dated(`"seats":3`):                                                              "a price of 0; send 1 to 100000000 won",
		dated(`"prices":[1,100000001]`):                                                 "a price of 100000001",
		dated(`"price":-5`):                                                             "a price of -5",
		`{"title":"t","schedules":[{"concertAt":"2030-02-01T10:00:00Z","price":1},{}]}`: "(schedule 2)",
	} {
		if got := h.wantStatus(post("admin", "/admin/concerts", "k", body), 400); !strings.Contains(got, want) {
			t.Errorf("%.80s: got %s, want %s", body, got, want)
		}
	}
	if got := h.told(); got != "" || h.wantStatus(get("/concerts?all=1"), 200) != "{\"concerts\":[]}\n" {
		t.Error("something is left; told", got)
	}
}

func TestKeysThatNameNothingAreRefused(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	for _, key := range []string{"", "a b", "밤", strings.Repeat("k", 201)} {
		if got := h.wantStatus(post("admin", "/admin/concerts", key, winter), 400); !strings.Contains(got, "send one Idempotency-Key") {
			t.Errorf("%q: %s", key, got)
		}
	}
}

// Each thing has one address, and each list its bounds.
func TestPathsAndQueriesAreReadStrictly(t *testing.T) {
	t.Parallel()
	h := newHall(t)
	made, dates := h.makes(1)
	other, _ := h.makes(1)
	for _, id := range []string{"0", "-1", "01", "+1", "x", "9223372036854775808", "1%20"} {
		for _, path := range []string{"/concerts/%s", "/concerts/%s/schedules", "/concerts/%s/schedules/1/seats", "/concerts/1/schedules/%s/seats"} {
			h.wantStatus(get(fmt.Sprintf(path, id)), 404)
		}
	}
	h.wantStatus(get(fmt.Sprintf("/concerts/%d/schedules/%d/seats", other.ID, dates.Schedules[0].ID)), 404) // of another concert
	h.wantStatus(get(fmt.Sprintf("/concerts/%d/schedules/%d/seats", made.ID, dates.Schedules[0].ID)), 200)
	for _, query := range []string{"limit=0", "limit=101", "limit=x", "after=-1", "after=x", "all=2", "all=true"} {
		h.wantStatus(get("/concerts?"+query), 400)
	}
	for _, reason := range []string{`""`, `" "`, `"` + strings.Repeat("r", 501) + `"`, `"a\u0007b"`} {
		h.wantStatus(post("admin", fmt.Sprintf("/admin/concerts/%d/close", made.ID), "", `{"reason":`+reason+`}`), http.StatusBadRequest)
	}
}
