package reservation_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

// counter is the service as its buyers see it; every exchange is held against its document.
type counter struct {
	*desk
	checked *openapi.Checker
}

func newCounter(t *testing.T) *counter {
	t.Helper()
	d := newDesk(t)
	return &counter{desk: d, checked: openapi.Check(t, reservation.NewController(d.service))}
}

// request is what a buyer sends.
type request struct {
	user, method, path, body string
	token, key, kind         string // kind is the Content-Type, JSON if empty
}

// reply is what comes back.
type reply struct {
	status int
	header http.Header
	body   []byte
	code   string // of a problem
	detail string
}

func (c *counter) send(q request) reply {
	c.t.Helper()
	r := httptest.NewRequestWithContext(c.t.Context(), q.method, q.path, strings.NewReader(q.body))
	if q.kind == "" {
		q.kind = "application/json"
	}
	r.Header.Set("Content-Type", q.kind)
	for name, value := range map[string]string{"QUEUE-TOKEN": q.token, "Idempotency-Key": q.key} {
		if value != "" {
			r.Header.Set(name, value)
		}
	}
	if q.user != "" {
		r.AddCookie(&http.Cookie{Name: session, Value: q.user})
	}
	w := httptest.NewRecorder()
	c.checked.ServeHTTP(w, r)
	got := reply{status: w.Code, header: w.Header(), body: w.Body.Bytes()}
	if w.Code >= 400 {
		p := struct{ Type, Detail string }{}
		must(c.t, json.Unmarshal(got.body, &p))
		got.code, got.detail = strings.TrimPrefix(p.Type, access.ProblemType), p.Detail
	}
	return got
}

func (c *counter) wants(status int, code string, q request) reply {
	c.t.Helper()
	got := c.send(q)
	if got.status != status || got.code != code {
		c.t.Errorf("%s %s %s: got %d %s, want %d %s", q.method, q.path, q.body, got.status, got.body, status, code)
	}
	return got
}

func bodyAs[T any](t *testing.T, got reply) T {
	t.Helper()
	var data T
	must(t, json.Unmarshal(got.body, &data))
	return data
}

const path = "/reservations"

func post(user, numbers string) request {
	return request{user: user, method: "POST", path: path, token: tokenOf(user, concert),
		body: `{"concertId":1,"scheduleId":7,"seats":[` + numbers + `]}`}
}

func get(user, path string) request { return request{user: user, method: "GET", path: path} }

func remove(user string, id int64) request {
	return request{user: user, method: "DELETE", path: one(id)}
}

func one(id int64) string { return fmt.Sprint(path, "/", id) }

func withdraw(user string, id int64, body string) request {
	return request{user: user, method: "POST", path: fmt.Sprint("/admin/reservations/", id, "/cancel"), body: body}
}

func (c *counter) reserves(user, numbers string) reservation.Held {
	c.t.Helper()
	return bodyAs[reservation.Held](c.t, c.wants(201, "", post(user, numbers)))
}

// Everything that the document promises is shown here once.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.wants(200, "", get("", "/healthz"))
	held := c.reserves(mina, "1,2")
	first, second := held.Reservations[0].ID, held.Reservations[1].ID
	if held.Total != 2*price || held.Reservations[1].Seat != 2 || !held.ExpiresAt.Equal(start.Add(holdFor)) {
		t.Errorf("held %+v", held)
	}
	c.refusesToReserve()

	c.wants(200, "", get(mina, path))
	c.wants(401, "no-session", get("", path))
	c.wants(400, "invalid-request", get(mina, path+"?limit=101"))
	c.wants(200, "", get(mina, one(first)))
	c.wants(401, "no-session", get("", one(first)))
	c.wants(403, "foreign", get(jun, one(first)))
	c.wants(404, "not-found", get(mina, one(999)))

	sale := c.claims("s-1", mina, second)
	c.wants(409, "paying", remove(mina, second))
	c.wants(200, "", remove(mina, first))
	c.wants(200, "", remove(mina, first)) // is nothing to do
	c.wants(401, "no-session", remove("", first))
	c.wants(403, "foreign", remove(jun, first))
	c.wants(404, "not-found", remove(mina, 999))

	c.takes("s-1", "PaymentCompleted", paid(sale))
	c.wants(409, "paid", withdraw(admin, second, `{"reason":"no"}`))
	third, late := c.reserves(mina, "3").Reservations[0].ID, c.reserves(mina, "4").Reservations[0].ID
	c.wants(200, "", withdraw(admin, third, `{"reason":"the seat is broken"}`))
	c.pass(holdFor)
	_, err := c.service.Sweep(t.Context())
	must(t, err)
	c.wants(410, "expired", remove(mina, late))
	c.wants(410, "expired", withdraw(admin, late, `{"reason":"no"}`))
	c.wants(404, "not-found", withdraw(admin, 999, `{"reason":"no"}`))
	c.wants(400, "invalid-request", withdraw(admin, third, `{"reason":""}`))
	c.wants(413, "too-large", withdraw(admin, third, `{"reason":"`+strings.Repeat("x", 64<<10)+`"}`))
	c.wants(415, "unsupported-media-type", func() request { q := withdraw(admin, third, `{}`); q.kind = "text/plain"; return q }())
	c.wants(401, "no-session", withdraw("", third, `{"reason":"no"}`))
	c.wants(403, "not-admin", withdraw(mina, third, `{"reason":"no"}`))

	c.wants(404, "no-such-resource", get(mina, "/nothing"))
	c.wants(405, "method-not-allowed", request{user: mina, method: "PUT", path: path})
	if unseen := c.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

// refusesToReserve shows every way in which it is refused; seats 1 and 2 are taken.
func (c *counter) refusesToReserve() {
	c.t.Helper()
	with := func(change func(*request)) request {
		q := post(mina, "5")
		change(&q)
		return q
	}
	c.wants(400, "duplicate-seat", post(mina, "5,5"))
	c.wants(400, "seat-count", post(mina, ""))
	c.wants(400, "invalid-request", with(func(q *request) { q.body = `{}{}` }))
	c.wants(400, "invalid-request", with(func(q *request) { q.key = "a b" }))
	c.wants(401, "no-session", with(func(q *request) { q.user = "" }))
	c.wants(401, "no-token", with(func(q *request) { q.token = "" }))
	c.wants(401, "unknown-token", with(func(q *request) { q.token = "x" }))
	c.wants(403, "foreign-token", with(func(q *request) { q.token = tokenOf(jun, concert) }))
	c.wants(404, "not-found", post(mina, "51"))
	c.wants(409, "taken", post(jun, "5,2"))
	c.wants(413, "too-large", post(mina, strings.Repeat("1,", 40<<10)+"1"))
	c.wants(415, "unsupported-media-type", with(func(q *request) { q.kind = "text/plain" }))
	keyed := with(func(q *request) { q.key = "k" })
	c.wants(201, "", keyed)
	c.wants(422, "key-reused", func() request { q := post(mina, "6"); q.key = "k"; return q }())
	c.queue.fail = access.ErrGateAway
	if got := c.wants(503, "queue-away", post(mina, "6")); got.header.Get("Retry-After") == "" {
		c.t.Error("nobody says when to come back")
	}
	c.queue.fail = nil
}

// The answer was lost, or the buyer clicked twice: there is one reservation, and the queue is not asked
// again, because by then the token may be used up.
func TestARepeatGetsTheSameReservations(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	q := post(mina, "2,1")
	q.key = "click"
	first := bodyAs[reservation.Held](t, c.wants(201, "", q))
	asked := c.queue.count()
	delete(c.queue.passes, tokenOf(mina, concert))
	second := bodyAs[reservation.Held](t, c.wants(201, "", q))
	if fmt.Sprint(first) != fmt.Sprint(second) || c.queue.count() != asked {
		t.Errorf("first %+v, then %+v", first, second)
	}
	if told := c.seatsTold(); len(told) != 2 {
		t.Errorf("told %+v", told)
	}
	c.claims("s-1", mina, first.Reservations[0].ID)
	third := bodyAs[reservation.Held](t, c.wants(201, "", q))
	if third.Reservations[0].Status != reservation.Paying || third.Reservations[0].SagaID != "s-1" {
		t.Errorf("it now stands as %+v", third)
	}
	other := post(jun, "2,1")
	other.key = "click"
	c.wants(409, "taken", other) // a key is its buyer's
}

// Two requests at once under one key, both past the queue: the second finds what the first did.
func TestRepeatsAtOnceHoldOnce(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	both := make(chan struct{}, 2)
	release := make(chan struct{})
	c.queue.during = func() { both <- struct{}{}; <-release }
	q := ask(mina, 1)
	q.Key = "click"
	ids := make(chan int64, 2)
	for range 2 {
		go func() {
			held, err := c.service.Hold(t.Context(), q)
			if err != nil || len(held) != 1 {
				t.Errorf("held %v, %v", held, err)
				ids <- 0
				return
			}
			ids <- held[0].ID
		}()
	}
	<-both
	<-both
	close(release)
	if a, b := <-ids, <-ids; a != b {
		t.Errorf("two reservations: %d and %d", a, b)
	}
}

func TestAListIsPaged(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	c.reserves(jun, "9")
	for _, numbers := range []string{"1,2", "3,4", "5"} {
		c.reserves(mina, numbers)
	}
	var seen []int
	next := ""
	for pages := 1; ; pages++ {
		list := bodyAs[reservation.List](t, c.wants(200, "", get(mina, path+"?limit=2"+next)))
		for _, v := range list.Reservations {
			seen = append(seen, v.Seat)
		}
		if list.Next == 0 || pages > 5 {
			break
		}
		next = fmt.Sprint("&after=", list.Next)
	}
	if fmt.Sprint(seen) != "[5 4 3 2 1]" {
		t.Errorf("listed %v", seen)
	}
	if list := bodyAs[reservation.List](t, c.wants(200, "", get("nobody", path))); list.Reservations == nil || len(list.Reservations) != 0 {
		t.Errorf("the list of one without reservations is %+v", list)
	}
	for _, bad := range []string{"limit=0", "limit=-1", "limit=x", "limit=101", "after=0", "after=1e3", "after=9223372036854775808"} {
		c.wants(400, "invalid-request", get(mina, path+"?"+bad))
	}
	for _, bad := range []string{"0", "-1", "x", "9223372036854775808"} {
		c.wants(404, "not-found", get(mina, path+"/"+bad))
	}
}

// The buyer reads why.
func TestAnAdminsReasonIsShown(t *testing.T) {
	t.Parallel()
	c := newCounter(t)
	id := c.reserves(mina, "1").Reservations[0].ID
	c.wants(400, "invalid-request", withdraw(admin, id, `{"reason":"`+strings.Repeat("x", reservation.MaxReason+1)+`"}`))
	c.wants(200, "", withdraw(admin, id, `{"reason":"the seat is broken"}`))
	for _, q := range []request{withdraw(admin, id, `{"reason":"again"}`), get(mina, one(id))} {
		v := bodyAs[reservation.View](t, c.wants(200, "", q))
		if v.Status != reservation.Cancelled || v.Reason != "the seat is broken" {
			t.Errorf("shown %+v", v)
		}
	}
	c.wantSeat(1, 0)
}

// A service without a guard lets nobody in; one whose file is gone says that nothing is known.
func TestAServiceInTroubleSaysSo(t *testing.T) {
	t.Parallel()
	d := newDesk(t, func(c *reservation.Config) { c.Guard = nil })
	w := httptest.NewRecorder()
	reservation.NewController(d.service).ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if w.Code != http.StatusUnauthorized {
		t.Errorf("answered %d %s", w.Code, w.Body)
	}
	c := newCounter(t)
	must(t, c.service.Close())
	for _, q := range []request{get(mina, path), post(mina, "1"), get("", "/healthz")} {
		if got := c.wants(500, "internal", q); !strings.Contains(got.detail, "same Idempotency-Key") {
			t.Errorf("it said %s", got.body)
		}
	}
}
