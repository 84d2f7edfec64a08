package reservation_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
)

const (
	mina, jun, admin = "mina", "jun", "admin"

	concert, schedule = int64(1), int64(7)  // the date that most tests are about
	elsewhere, later  = int64(2), int64(8)  // another concert's
	seats, price      = 50, int64(110_000)  // of both
	holdFor           = 5 * time.Minute     // the default
	session           = "ticketing_session" // the cookie in the document
)

// start is when every test begins.
var start = time.Date(2026, 11, 23, 20, 0, 0, 0, time.UTC)

// turns is a queue in which everybody has a token per concert, and may be told otherwise.
type turns struct {
	mu     sync.Mutex
	passes map[string]access.Pass
	asked  int
	fail   error
	during func() // what happens while the queue is asked
}

func (q *turns) Check(_ context.Context, token string) (access.Pass, error) {
	q.mu.Lock()
	q.asked++
	p, known := q.passes[token]
	fail, during := q.fail, q.during
	q.mu.Unlock()
	if during != nil {
		during()
	}
	switch {
	case fail != nil:
		return access.Pass{}, fail
	case !known:
		return access.Pass{}, access.ErrNoPass
	}
	return p, nil
}

func (q *turns) count() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.asked
}

// none is a publisher for services whose outbox the test reads itself.
type none struct{}

func (none) Publish(context.Context, message.Message) error { return message.ErrUnavailable }

// desk is a reservation service on a file of its own, two dates open, with a clock that stands still.
type desk struct {
	t        *testing.T
	service  *reservation.ReservationService
	handlers map[string]message.Handler
	queue    *turns
	clock    atomic.Int64 // milliseconds after start
	file     string
	outside  *sql.DB // see db
}

func newDesk(t *testing.T, change ...func(*reservation.Config)) *desk {
	t.Helper()
	d := &desk{t: t, file: filepath.Join(t.TempDir(), "reservation.db"), queue: &turns{passes: map[string]access.Pass{}}}
	for _, user := range []string{mina, jun} {
		d.queue.passes[tokenOf(user, concert)] = access.Pass{UserID: user, ConcertID: concert, Active: true}
		d.queue.passes[tokenOf(user, elsewhere)] = access.Pass{UserID: user, ConcertID: elsewhere, Active: true}
	}
	config := reservation.Config{
		Path: d.file, Gate: d.queue, Publisher: none{}, Logger: silent(), Now: d.now,
		Guard: &access.Guard{User: userOf, Admins: []string{admin}},
	}
	for _, c := range change {
		c(&config)
	}
	var err error
	d.service, err = reservation.New(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { d.service.Close() })
	d.handlers = d.service.Handlers()
	d.opens(concert, schedule)
	d.opens(elsewhere, later)
	return d
}

func tokenOf(user string, concert int64) string { return user + "-" + string(rune('0'+concert)) }

// userOf reads a session that anybody could forge.
func userOf(r *http.Request) (string, error) {
	c, err := r.Cookie(session)
	if err != nil {
		return "", &web.Problem{Type: access.ProblemType + "no-session", Title: "Nobody has signed on", Status: 401, Detail: "Sign on."}
	}
	return c.Value, nil
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (d *desk) now() time.Time { return start.Add(time.Duration(d.clock.Load()) * time.Millisecond) }

func (d *desk) pass(by time.Duration) { d.clock.Add(by.Milliseconds()) }

func (d *desk) opens(concert, schedule int64) {
	d.t.Helper()
	must(d.t, d.handlers["ScheduleOpened"](d.t.Context(), opened(d.t, concert, schedule)))
}

func opened(t *testing.T, concert, schedule int64) message.Message {
	t.Helper()
	prices := make([]int64, seats)
	for i := range prices {
		prices[i] = price
	}
	m, err := message.New(event.Source("concert"), "ScheduleOpened", "schedule", event.ScheduleOpened{
		ConcertID: concert, ScheduleID: schedule, Prices: prices,
		AvailableAt: start.UnixMilli(), ConcertAt: start.Add(30 * 24 * time.Hour).UnixMilli(),
	})
	must(t, err)
	return m
}

func ask(user string, numbers ...int) reservation.Request {
	return reservation.Request{UserID: user, Token: tokenOf(user, concert), ConcertID: concert, ScheduleID: schedule, Seats: numbers}
}

// holds reserves seats and returns the ids.
func (d *desk) holds(user string, numbers ...int) []int64 {
	d.t.Helper()
	held, err := d.service.Hold(d.t.Context(), ask(user, numbers...))
	must(d.t, err)
	ids := make([]int64, len(held))
	for i, r := range held {
		ids[i] = r.ID
	}
	return ids
}

// takes hands in a message of a saga and returns what it was answered with.
func (d *desk) takes(sagaID, typ string, data any) message.Message {
	d.t.Helper()
	m, err := event.New("test", typ, sagaID, data)
	must(d.t, err)
	return d.hands(m)
}

func (d *desk) hands(m message.Message) message.Message {
	d.t.Helper()
	d.drain()
	if err := d.handlers[m.Type](d.t.Context(), m); err != nil {
		d.t.Fatalf("%s: %v", m.Type, err)
	}
	for _, told := range d.drain() {
		if told.Correlation != "" {
			return told
		}
	}
	return message.Message{}
}

// drain takes all messages out of the outbox, in the order in which they were written.
func (d *desk) drain() []message.Message {
	d.t.Helper()
	rows, err := d.service.Outbox().Rows(d.t.Context(), 1000)
	must(d.t, err)
	if len(rows) == 1000 {
		d.t.Fatal("more messages than one look shows")
	}
	var all []message.Message
	for _, row := range rows {
		all = append(all, row.Message)
	}
	for left := len(rows); left > 0; {
		claimed, err := d.service.Outbox().Claim(d.t.Context(), 1000, time.Minute)
		must(d.t, err)
		must(d.t, d.service.Outbox().Delivered(d.t.Context(), claimed...))
		left -= len(claimed)
	}
	return all
}

// seatsTold are what ReservationUpdated said, in the order in which it was written.
func (d *desk) seatsTold() []event.ReservationUpdated {
	d.t.Helper()
	var all []event.ReservationUpdated
	for _, m := range d.drain() {
		if m.Type == "ReservationUpdated" {
			all = append(all, readAs[event.ReservationUpdated](d.t, m))
		}
	}
	return all
}

func readAs[T any](t *testing.T, m message.Message) T {
	t.Helper()
	var data T
	must(t, json.Unmarshal(m.Data, &data))
	return data
}

func claimOf(sagaID, user string, ids ...int64) event.ClaimReservations {
	return event.ClaimReservations{SagaID: sagaID, UserID: user, Token: tokenOf(user, concert), ReservationIDs: ids}
}

// claims lets a saga claim reservations, and returns the sale.
func (d *desk) claims(sagaID, user string, ids ...int64) event.Sale {
	d.t.Helper()
	m := d.takes(sagaID, "ClaimReservations", claimOf(sagaID, user, ids...))
	if m.Type != "ReservationsClaimed" {
		d.t.Fatalf("the claim was answered by %s %s", m.Type, m.Data)
	}
	return readAs[event.ReservationsClaimed](d.t, m).Sale
}

// answers hands in a message and wants an answer of a type, with a code if it is a refusal.
func (d *desk) answers(sagaID, typ string, data any, want string) {
	d.t.Helper()
	m := d.takes(sagaID, typ, data)
	var f event.Failed
	_ = json.Unmarshal(m.Data, &f)
	if got := strings.TrimSpace(m.Type + " " + f.Code); got != want {
		d.t.Errorf("%s was answered by %q, want %q", typ, got, want)
	}
}

func question(sagaID string, step event.SagaStep) event.Question {
	return event.Question{SagaID: sagaID, Step: step, Number: 1}
}

func (d *desk) wantStatus(id int64, want reservation.Status) {
	d.t.Helper()
	var got reservation.Status
	must(d.t, d.db().QueryRowContext(d.t.Context(), `select status from reservation where id = ?`, id).Scan(&got))
	if got != want {
		d.t.Errorf("reservation %d is %s, want %s", id, got, want)
	}
}

// wantSeat wants a seat to be held by a reservation; 0: by nobody.
func (d *desk) wantSeat(number int, holder int64) {
	d.t.Helper()
	var got sql.NullInt64
	must(d.t, d.db().QueryRowContext(d.t.Context(),
		`select holder from reservation_seat where schedule = ? and number = ?`, schedule, number).Scan(&got))
	if got.Int64 != holder {
		d.t.Errorf("seat %d is held by %d, want %d", number, got.Int64, holder)
	}
}

// db is the file as an outsider sees it.
func (d *desk) db() *sql.DB {
	d.t.Helper()
	if d.outside == nil {
		var err error
		d.outside, err = sql.Open("sqlite", "file:"+d.file+"?_pragma=busy_timeout(10000)")
		must(d.t, err)
		d.t.Cleanup(func() { d.outside.Close() })
	}
	return d.outside
}

// code is what a refusal says, or the end of a problem's type; "" if there was no error.
func code(t *testing.T, err error) string {
	t.Helper()
	if err == nil {
		return ""
	}
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return strings.TrimPrefix(p.Type, access.ProblemType)
	}
	r, ok := errors.AsType[*participant.Refusal](err)
	if !ok {
		t.Fatalf("%v is no refusal", err)
	}
	return r.Code
}
