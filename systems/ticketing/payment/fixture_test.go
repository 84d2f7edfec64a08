package payment_test

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
)

const mina, jun = "mina", "jun"

var quiet = slog.New(slog.DiscardHandler)

// noon is when the tests' clock begins; it moves a minute with each look.
func noon() func() time.Time {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	return func() time.Time {
		now = now.Add(time.Minute)
		return now
	}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// till is a payment service whose messages are handed in by the test, and whose outbox it reads.
type till struct {
	*payment.PaymentService
	t        testing.TB
	file     string
	handlers map[string]message.Handler
}

func newTill(t testing.TB, guard *access.Guard) *till {
	t.Helper()
	file := filepath.Join(t.TempDir(), "payment.db")
	s, err := payment.New(t.Context(), payment.Config{Path: file, Publisher: message.NewBus(), Logger: quiet, Guard: guard, Now: noon()})
	must(t, err)
	t.Cleanup(func() { s.Close() })
	return &till{s, t, file, s.Handlers()}
}

func sale(id, user string) event.Sale {
	return event.Sale{SagaID: id, UserID: user, Token: "t", ConcertID: 1, Amount: 300, Lines: []event.Line{
		{ReservationID: 1, ScheduleID: 1, Seat: 7, Price: 100, Version: 1}, {ReservationID: 2, ScheduleID: 1, Seat: 8, Price: 200, Version: 1},
	}}
}

func letter(t testing.TB, typ, id string, data any) message.Message {
	t.Helper()
	m, err := event.New("test", typ, id, data)
	must(t, err)
	return m
}

// takes hands in a message and returns what went out because of it: types, and codes.
func (w *till) takes(m message.Message) string {
	w.t.Helper()
	if err := w.handlers[m.Type](w.t.Context(), m); err != nil {
		w.t.Fatalf("%s %s: %v", m.Type, m.Data, err)
	}
	var words []string
	for _, told := range w.sent() {
		var f event.Failed
		_ = json.Unmarshal(told.Data, &f) // what has no code is no failure
		words = append(words, strings.TrimSpace(told.Type+" "+f.Code))
		if told.Causation != m.ID || told.Correlation != m.Correlation || told.Key != m.Correlation || told.Source != "/ticketing/payment" {
			w.t.Errorf("%+v is not a consequence of %s", told, m.ID)
		}
	}
	return strings.Join(words, ", ")
}

// sent empties the outbox.
func (w *till) sent() (all []message.Message) {
	w.t.Helper()
	rows, err := w.Outbox().Claim(w.t.Context(), 10, time.Minute)
	must(w.t, err)
	must(w.t, w.Outbox().Delivered(w.t.Context(), rows...))
	for _, row := range rows {
		all = append(all, row.Message)
	}
	return all
}

func (w *till) wants(typ, id string, data any, want string) {
	w.t.Helper()
	if got := w.takes(letter(w.t, typ, id, data)); got != want {
		w.t.Errorf("%s was answered by %q, want %q", typ, got, want)
	}
}

// poisoned hands in what nobody can handle.
func (w *till) poisoned(typ, id string, data any) {
	w.t.Helper()
	m := letter(w.t, typ, id, data)
	if err := w.handlers[typ](w.t.Context(), m); !errors.Is(err, message.ErrPoison) {
		w.t.Errorf("%s %s of %s: %v, want a dead letter", typ, m.Data, id, err)
	}
	if out := w.sent(); len(out) > 0 {
		w.t.Errorf("%s %s: sent %+v", typ, m.Data, out)
	}
}

// stands wants a payment to have gone through these statuses, and to be of the last one.
func (w *till) stands(id string, want ...payment.Status) {
	w.t.Helper()
	p, history, err := w.Payment(context.WithoutCancel(w.t.Context()), mina, payment.ID(id))
	if errors.Is(err, payment.ErrNotFound) && len(want) == 0 {
		return
	}
	must(w.t, err)
	got := make([]payment.Status, len(history))
	for i, c := range history {
		got[i] = c.Status
	}
	text := func(all []payment.Status) string {
		var words []string
		for _, s := range all {
			words = append(words, string(s))
		}
		return strings.Join(words, " ")
	}
	if text(got) != text(want) || len(want) == 0 || p.Status != want[len(want)-1] {
		w.t.Errorf("%s is %s with the history %q, want %q", p.ID, p.Status, text(got), text(want))
	}
	if p.RefundedAt.IsZero() != (p.Status != payment.Cancelled) {
		w.t.Errorf("%s is %s and refunded at %v", p.ID, p.Status, p.RefundedAt)
	}
}
