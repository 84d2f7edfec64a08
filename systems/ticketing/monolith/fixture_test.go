package monolith_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/monolith"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/reservation"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const (
	password = "correct horse"
	price    = 50_000
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// hall is a monolith with one date of four seats.
type hall struct {
	t        *testing.T
	m        *monolith.Monolith
	db       *sqlite.DB // a second look at the file
	concert  int64
	schedule int64
	calls    atomic.Int64 // of parts, since failAt was set
	failAt   atomic.Int64 // the call that fails; 0: none
	now      atomic.Int64 // milliseconds added to the clock
}

var errBroken = errors.New("the part is broken")

func newHall(t *testing.T, change func(*monolith.Config)) *hall {
	t.Helper()
	h := &hall{t: t}
	config := monolith.Config{
		Path: filepath.Join(t.TempDir(), "monolith.db"), Logger: slog.New(slog.DiscardHandler), Iterations: 1,
		Admin: user.Admin{Name: "admin", Password: password}, SessionKey: []byte(strings.Repeat("k", 32)),
		Rule: queue.Rule{Limit: 1000}, Before: h.before,
		Now: func() time.Time { return time.Now().Add(time.Duration(h.now.Load()) * time.Millisecond) },
	}
	if change != nil {
		change(&config)
	}
	var err error
	h.m, err = monolith.New(t.Context(), config)
	must(t, err)
	h.db, err = sqlite.OpenDatabase(t.Context(), config.Path)
	must(t, err)
	t.Cleanup(func() { must(t, errors.Join(h.m.Close(), h.db.Close())) })
	c, err := h.m.CreateConcert(t.Context(), concert.Draft{Title: "Spring", Schedules: []concert.ScheduleDraft{
		{ConcertAt: time.Now().Add(time.Hour * 240), Seats: 4, Price: price},
	}})
	must(t, err)
	h.concert = c.ID
	h.schedule = h.number(`select id from schedule where concert = ?`, c.ID)
	return h
}

// before fails the call that a test asked to fail.
func (h *hall) before(_ context.Context, part string) error {
	if at := h.failAt.Load(); at > 0 && h.calls.Add(1) == at {
		return fmt.Errorf("%w: %s", errBroken, part)
	}
	return nil
}

func (h *hall) number(query string, args ...any) (n int64) {
	h.t.Helper()
	must(h.t, h.db.Read.QueryRowContext(h.t.Context(), query, args...).Scan(&n))
	return n
}

// change does by hand what others would do.
func (h *hall) change(query string) {
	h.t.Helper()
	must(h.t, h.db.Change(h.t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, query)
		return err
	}))
}

// buyer is somebody with money, an active token and a held seat.
type buyer struct {
	name, token string
	held        []int64
}

func (h *hall) buyer(name string, money int64, seats ...int) buyer {
	h.t.Helper()
	ctx := h.t.Context()
	b := buyer{name: name, token: h.admitted(name, money)}
	held, err := h.m.Hold(ctx, reservation.Request{
		UserID: name, Token: b.token, ConcertID: h.concert, ScheduleID: h.schedule, Seats: seats, Key: "hold-" + name,
	})
	must(h.t, err)
	for _, r := range held {
		b.held = append(b.held, r.ID)
	}
	return b
}

// admitted registers somebody whose turn it is at once.
func (h *hall) admitted(name string, money int64) (token string) {
	h.t.Helper()
	ctx := h.t.Context()
	register := fmt.Sprintf(`{"name":%q,"password":%q}`, name, password)
	if got := ask(h.t, monolith.NewController(h.m), "POST", "/users", register, nil, nil); got != http.StatusCreated {
		h.t.Fatalf("%s was not registered: %d", name, got)
	}
	if money > 0 {
		_, err := h.m.Charge(ctx, name, money, "c-1")
		must(h.t, err)
	}
	p, err := h.m.Enter(ctx, name, h.concert)
	must(h.t, err)
	must(h.t, h.m.Admit(ctx))
	return p.Token
}

func (h *hall) pay(b buyer, key string) error {
	_, err := h.m.Payments.ExecutePayment(h.t.Context(), b.token, b.name, b.held, key)
	return err
}

// dump is everything that a payment could change.
func (h *hall) dump() string {
	h.t.Helper()
	var all string
	must(h.t, h.db.Read.QueryRowContext(h.t.Context(), `select
		(select coalesce(group_concat(user || '=' || amount, ' '), '') from balance) || ' / ' ||
		(select count(*) from balance_ledger) || ' ' || (select count(*) from payment) || ' ' ||
		(select count(*) from payment_history) || ' / ' ||
		(select coalesce(group_concat(id || status || saga, ' '), '') from reservation) || ' / ' ||
		(select coalesce(group_concat(token || status, ' '), '') from queue_token) || ' / ' ||
		(select coalesce(group_concat(status || version, ' '), '') from concert_seat) || ' / ' ||
		(select group_concat(status) from concert)`).Scan(&all))
	return all
}

// sound checks money and seats of the whole file.
func (h *hall) sound() {
	h.t.Helper()
	if n := h.number(`select (select coalesce(sum(amount), 0) from balance)
		+ (select coalesce(sum(amount), 0) from payment where status = 'COMPLETED')
		- (select coalesce(sum(amount), 0) from balance_ledger where kind = 'CHARGE')`); n != 0 {
		h.t.Errorf("%d won came from nowhere", n)
	}
	if n := h.number(`select count(*) from reservation r where (r.status = 'PAYMENT_COMPLETED') <>
		(select count(*) from payment_line l where l.reservation = r.id and l.price = r.price)`); n != 0 {
		h.t.Errorf("%d reservations are not paid as they say", n)
	}
	if n := h.number(`select count(*) from concert_seat c, reservation r where r.schedule = c.schedule and r.seat = c.number
		and r.status = 'PAYMENT_COMPLETED' and (c.status <> 'SOLD' or c.reservation <> r.id)`); n != 0 {
		h.t.Errorf("%d paid seats are not shown as sold", n)
	}
	if n := h.number(`select count(*) from reservation where status = 'PAYING'`); n != 0 {
		h.t.Errorf("%d reservations are being paid for ever", n)
	}
}

func refused(err error) string {
	if r, ok := errors.AsType[*participant.Refusal](err); ok {
		return r.Code
	}
	return fmt.Sprint(err)
}
