package audit_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/audit"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/user"
	_ "modernc.org/sqlite"
)

const password = "correct horse"

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// town is a platform in this process.
type town struct {
	t *testing.T
	p *platform.Platform
	// meanwhile is done when the concert service is about to sell seats of the concert.
	meanwhile map[int64]func()
}

// between does what is to be done before the concert service sells.
func (c *town) between(place string, next message.Publisher) message.Publisher {
	if place != "QueueCompleted>concert" {
		return next
	}
	return publish(func(ctx context.Context, m message.Message) error {
		var q event.QueueCompleted
		if err := event.Read(m, &q); err != nil {
			return err
		}
		if do := c.meanwhile[q.Sale.ConcertID]; do != nil {
			do()
		}
		return next.Publish(ctx, m)
	})
}

type publish func(ctx context.Context, m message.Message) error

func (p publish) Publish(ctx context.Context, m message.Message) error { return p(ctx, m) }

// openTown runs a platform in a folder. The function that it returns stops it.
func openTown(t *testing.T, folder string) (*town, func()) {
	t.Helper()
	c := &town{t: t, meanwhile: map[int64]func(){}}
	p, err := platform.Open(t.Context(), platform.Config{
		Around: c.between, Folder: folder, Logger: slog.New(slog.DiscardHandler), Iterations: 1, Admin: user.Admin{Name: "admin", Password: password},
		AdmitEvery: 20 * time.Millisecond, Wait: time.Minute,
	})
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	c.p = p
	return c, func() {
		stop()
		must(t, errors.Join(<-ended, p.Close()))
	}
}

// somebody is who asks, with a session and perhaps a token.
type somebody struct {
	*town
	cookie *http.Cookie
	token  string
}

// ask wants one of the answers of the 2xx, or the status that is given, and decodes it.
func (s *somebody) ask(method, path string, body, into any, headers ...string) int {
	s.t.Helper()
	text, err := json.Marshal(body)
	must(s.t, err)
	r := httptest.NewRequestWithContext(s.t.Context(), method, path, bytes.NewReader(text))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("QUEUE-TOKEN", s.token)
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	if s.cookie != nil {
		r.AddCookie(s.cookie)
	}
	w := httptest.NewRecorder()
	s.p.ServeHTTP(w, r)
	answer := w.Result()
	for _, c := range answer.Cookies() {
		s.cookie = c
	}
	said, err := io.ReadAll(answer.Body)
	must(s.t, err)
	if into != nil && answer.StatusCode < 300 {
		must(s.t, json.Unmarshal(said, into))
	}
	return answer.StatusCode
}

func (s *somebody) must(status int, method, path string, body, into any, headers ...string) {
	s.t.Helper()
	if got := s.ask(method, path, body, into, headers...); got != status {
		s.t.Fatalf("%s %s: %d, want %d", method, path, got, status)
	}
}

func (c *town) signOn(name string, won int64) *somebody {
	c.t.Helper()
	s := &somebody{town: c}
	if name != "admin" {
		s.must(http.StatusCreated, "POST", "/users", map[string]any{"name": name, "displayName": name, "password": password}, nil)
	}
	s.must(http.StatusNoContent, "POST", "/session", map[string]any{"user": name, "password": password}, nil)
	if won > 0 {
		s.must(http.StatusCreated, "POST", "/balance/charges", map[string]any{"amount": won}, nil, "Idempotency-Key", "c-1")
	}
	return s
}

// opens makes a concert of one date. Ids are given out in order, so the date has the concert's.
func (s *somebody) opens(id, seats int) {
	s.t.Helper()
	s.must(http.StatusCreated, "POST", "/admin/concerts", map[string]any{
		"title": "Spring", "description": "A concert", "schedules": []any{map[string]any{
			"concertAt": time.Now().Add(240 * time.Hour), "reservationAvailableAt": time.Now().Add(-time.Hour), "seats": seats, "price": 50_000,
		}},
	}, nil, "Idempotency-Key", fmt.Sprint("concert-", id))
	s.until(func() bool { return s.ask("GET", fmt.Sprintf("/admin/queue/%d", id), nil, nil) == http.StatusOK })
}

func (c *town) until(seen func() bool) {
	c.t.Helper()
	for deadline := time.After(2 * time.Minute); !seen(); {
		select {
		case <-deadline:
			c.t.Fatal("waited in vain")
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// enters gets a token and, if it is to, waits for the turn.
func (s *somebody) enters(concert int, wait bool) {
	s.t.Helper()
	var at struct{ Token, Status string }
	s.must(http.StatusCreated, "POST", "/queue/tokens", map[string]any{"concertId": concert}, &at)
	s.token = at.Token
	s.until(func() bool {
		s.must(http.StatusOK, "GET", "/queue/tokens/me", nil, &at)
		return !wait || at.Status == "ACTIVE"
	})
}

// holds reserves seats of a concert and returns the reservations.
func (s *somebody) holds(concert int, seats ...int) (ids []int64) {
	s.t.Helper()
	var got struct{ Reservations []struct{ ID int64 } }
	s.until(func() bool {
		return s.ask("POST", "/reservations", map[string]any{"concertId": concert, "scheduleId": concert, "seats": seats}, &got,
			"Idempotency-Key", fmt.Sprint("r-", concert)) < 300
	})
	for _, r := range got.Reservations {
		ids = append(ids, r.ID)
	}
	return ids
}

func (s *somebody) pays(status int, key string, ids []int64) {
	s.t.Helper()
	s.must(status, "POST", "/payments", map[string]any{"reservationIds": ids}, nil, "Idempotency-Key", key)
}

// live lets everything happen that may: mina buys seats 1 and 2 of concert 1 (reservations 1 and 2) and the only
// one of concert 4 (3); bob has no money for seat 3 of concert 1 (4) and goes on holding it; carl is paid back,
// for an administrator closed concert 2 while it was paid (5); dora gives up seat 4 of concert 1 (6); eve waits for concert 3.
func (c *town) live() {
	admin := c.signOn("admin", 0)
	for i, seats := range []int{5, 2, 2, 1} {
		admin.opens(i+1, seats)
	}
	admin.must(http.StatusOK, "PUT", "/admin/queue/3", map[string]any{"limit": 0, "batch": 0, "everySeconds": 0}, nil)
	mina := c.signOn("mina", 200_000)
	mina.enters(1, true)
	mina.pays(http.StatusOK, "p-1", mina.holds(1, 1, 2))
	mina.enters(4, true)
	mina.pays(http.StatusOK, "p-4", mina.holds(4, 1))
	bob := c.signOn("bob", 0)
	bob.enters(1, true)
	bob.pays(http.StatusPaymentRequired, "p-1", bob.holds(1, 3))
	carl := c.signOn("carl", 100_000)
	carl.enters(2, true)
	c.meanwhile[2] = func() {
		admin.must(http.StatusOK, "POST", "/admin/concerts/2/close", map[string]any{"reason": "rain"}, nil)
	}
	carl.pays(http.StatusConflict, "p-1", carl.holds(2, 1))
	dora := c.signOn("dora", 0)
	dora.enters(1, true)
	dora.must(http.StatusOK, "DELETE", fmt.Sprint("/reservations/", dora.holds(1, 4)[0]), nil, nil)
	c.signOn("eve", 0).enters(3, false)
}

func open(t *testing.T, config audit.Config) *audit.Books {
	t.Helper()
	books, err := audit.Open(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { _ = books.Close() })
	return books
}

func check(t *testing.T, books *audit.Books) audit.Report {
	t.Helper()
	report, err := books.Check(t.Context())
	must(t, err)
	return report
}

// sound is a folder of a platform that lived and was stopped when it was quiet.
func sound(t *testing.T) (folder string) {
	t.Helper()
	folder = t.TempDir()
	c, stop := openTown(t, folder)
	defer stop()
	c.live()
	books := open(t, audit.Config{Folder: folder})
	c.until(func() bool { return check(t, books).Quiet })
	must(t, books.Close())
	return folder
}

// plant changes a file as no service would: constraints do not count.
func plant(t *testing.T, folder, service, statements string) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(folder, service+".db")+
		"?_pragma=busy_timeout(10000)&_pragma=synchronous(OFF)&_pragma=foreign_keys(OFF)&_pragma=ignore_check_constraints(ON)")
	must(t, err)
	defer func() { must(t, db.Close()) }()
	names := strings.NewReplacer("{mina}", orchestrator.SagaID("mina", "p-1"), "{bob}", orchestrator.SagaID("bob", "p-1"), "{carl}", orchestrator.SagaID("carl", "p-1"))
	if _, err := db.ExecContext(t.Context(), names.Replace(statements)); err != nil {
		t.Fatalf("%s: %v", statements, err)
	}
}

func copied(t *testing.T, folder string) string {
	t.Helper()
	to := filepath.Join(t.TempDir(), "copy")
	must(t, os.CopyFS(to, os.DirFS(folder)))
	return to
}
