package concert_test

import (
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/event"
)

var begin = time.Date(2030, 1, 1, 12, 0, 0, 0, time.UTC)

// hall is a concert service whose clock and whose visitors the test has in hand.
type hall struct {
	t        *testing.T
	service  *concert.ConcertService
	handlers map[string]message.Handler
	checked  *openapi.Checker
	file     string
	made     int // concerts

	mu  sync.Mutex
	now time.Time
}

func newHall(t *testing.T) *hall {
	t.Helper()
	h := &hall{t: t, now: begin, file: filepath.Join(t.TempDir(), "concert.db")}
	h.service = h.open(false)
	h.handlers = h.service.Handlers()
	h.checked = openapi.Check(t, concert.NewController(h.service))
	return h
}

func (h *hall) open(seed bool) *concert.ConcertService {
	h.t.Helper()
	s, err := concert.New(h.t.Context(), concert.Config{
		Path: h.file, Publisher: message.NewBus(), Logger: slog.New(slog.DiscardHandler), Seed: seed,
		Guard: &access.Guard{Admins: []string{"admin"}, User: visitor}, Now: h.clock,
	})
	must(h.t, err)
	h.t.Cleanup(func() { s.Close() })
	return s
}

// visitor is whoever the cookie names.
func visitor(r *http.Request) (string, error) {
	cookie, err := r.Cookie("ticketing_session")
	if err != nil {
		return "", &web.Problem{Type: access.ProblemType + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized, Detail: "Sign on."}
	}
	return cookie.Value, nil
}

func (h *hall) clock() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now
}

func (h *hall) pass(d time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.now = h.now.Add(d)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// draft is a concert with so many seats at each of its dates.
func draft(seats ...int) concert.Draft {
	d := concert.Draft{Title: "Winterreise"}
	for i, n := range seats {
		d.Schedules = append(d.Schedules, concert.ScheduleDraft{ConcertAt: begin.AddDate(0, 1, i), Seats: n, Price: 77_000})
	}
	return d
}

// makes adds a concert and returns it with its dates; what was told of it is taken away.
func (h *hall) makes(seats ...int) (concert.Concert, concert.Timetable) {
	h.t.Helper()
	h.made++
	c, err := h.service.Create(h.t.Context(), "admin", fmt.Sprint("key-", h.made), draft(seats...))
	must(h.t, err)
	dates, err := h.service.Timetable(h.t.Context(), c.ID)
	must(h.t, err)
	h.told()
	return c, dates
}

// hears hands in a message.
func (h *hall) hears(m message.Message) {
	h.t.Helper()
	if err := h.handlers[m.Type](h.t.Context(), m); err != nil {
		h.t.Fatalf("%s: %v", m.Type, err)
	}
}

// takes hands in a message and returns what was told then.
func (h *hall) takes(m message.Message) string {
	h.t.Helper()
	h.hears(m)
	return h.told()
}

// told empties the outbox and returns what was in it, as words.
func (h *hall) told() string {
	h.t.Helper()
	q := h.service.Outbox()
	var words []string
	for {
		rows, err := q.Claim(h.t.Context(), 100, time.Minute)
		must(h.t, err)
		if len(rows) == 0 {
			return strings.Join(words, ", ")
		}
		must(h.t, q.Delivered(h.t.Context(), rows...))
		for _, row := range rows {
			words = append(words, word(row.Message))
		}
	}
}

func word(m message.Message) string {
	var data struct{ Code, Before, After string }
	_ = json.Unmarshal(m.Data, &data)
	text := m.Type
	if data.After != "" {
		text += fmt.Sprintf(" %s>%s", data.Before, data.After)
	}
	if data.Code != "" {
		text += " " + data.Code
	}
	if m.Correlation != "" {
		return m.Correlation + ": " + text
	}
	return text
}

// fact is ReservationUpdated.
func (h *hall) fact(status string, concert int64, line event.Line) message.Message {
	h.t.Helper()
	m, err := message.New(event.Source("reservation"), "ReservationUpdated", fmt.Sprintf("seat/%d/%d", line.ScheduleID, line.Seat),
		event.ReservationUpdated{ConcertID: concert, UserID: "mina", Status: status, Line: line})
	must(h.t, err)
	return m
}

// sale is what makes the step happen in a saga.
func (h *hall) sale(saga string, concert int64, lines ...event.Line) message.Message {
	h.t.Helper()
	m, err := event.New("queue", "QueueCompleted", saga, event.QueueCompleted{Sale: event.Sale{
		SagaID: saga, UserID: "mina", Token: "token", ConcertID: concert, Lines: lines,
	}})
	must(h.t, err)
	return m
}

func (h *hall) question(typ, saga string) message.Message {
	h.t.Helper()
	m, err := event.New("orchestrator", typ, saga, event.Question{SagaID: saga, Step: event.Concert, Number: 1})
	must(h.t, err)
	return m
}

func (h *hall) wants(m message.Message, want string) {
	h.t.Helper()
	if got := h.takes(m); got != want {
		h.t.Errorf("%s told %q, want %q", m.Type, got, want)
	}
}

// seats are the statuses of a date's seats.
func (h *hall) seats(concert, schedule int64) string {
	h.t.Helper()
	seats, err := h.service.Seats(h.t.Context(), concert, schedule)
	must(h.t, err)
	var words []string
	for _, s := range seats {
		words = append(words, string(s.Status))
	}
	return strings.Join(words, " ")
}

func (h *hall) status(id int64) concert.Status {
	h.t.Helper()
	c, err := h.service.Concert(h.t.Context(), id)
	must(h.t, err)
	return c.Status
}

// request is sent through the checker of the document.
type request struct {
	as, method, path, key, body string
}

func (h *hall) send(q request) (status int, body string) {
	h.t.Helper()
	r := httptest.NewRequestWithContext(h.t.Context(), q.method, q.path, strings.NewReader(q.body))
	if q.as != "" {
		r.AddCookie(&http.Cookie{Name: "ticketing_session", Value: q.as})
	}
	if q.key != "" {
		r.Header.Set("Idempotency-Key", q.key)
	}
	if q.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	w := httptest.NewRecorder()
	h.checked.ServeHTTP(w, r)
	answer := w.Result()
	text, err := io.ReadAll(answer.Body)
	must(h.t, err)
	if answer.Header.Get("Cache-Control") != "no-store" {
		h.t.Errorf("%s may be kept by others: %q", q.path, answer.Header.Get("Cache-Control"))
	}
	return answer.StatusCode, string(text)
}
