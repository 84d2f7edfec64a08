package queue_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
	"github.com/seosa-dev/saga/systems/ticketing/event"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// clock is a time that a test moves.
type clock struct {
	mu    sync.Mutex
	now   time.Time
	asked func() // called once, when somebody next asks; set before that
}

func (c *clock) Now() time.Time {
	if asked := c.asked; asked != nil {
		c.asked = nil
		asked()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// desk is a queue service with its boundary, and a clock of its own. Concert 1 is there.
type desk struct {
	*queue.QueueService
	t        *testing.T
	clock    *clock
	handlers map[string]message.Handler
	version  int64 // of the concerts that it was told of
	http     *openapi.Checker
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// nowhere is where messages go that no test waits for.
type nowhere struct{}

func (nowhere) Publish(context.Context, message.Message) error { return message.ErrUnavailable }

func newDesk(t *testing.T, change func(*queue.Config)) *desk {
	t.Helper()
	d := &desk{t: t, clock: &clock{now: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)}}
	config := queue.Config{
		Path: filepath.Join(t.TempDir(), "queue.db"), Publisher: nowhere{}, Logger: silent(), Now: d.clock.Now,
		Rule: queue.Rule{Limit: 2}, RedisTimeout: 20 * time.Second, Guard: guard(),
	}
	if change != nil {
		change(&config)
	}
	var err error
	d.QueueService, err = queue.New(t.Context(), config)
	must(t, err)
	t.Cleanup(func() { d.Close() })
	d.handlers = d.Handlers()
	d.http = openapi.Check(t, queue.NewController(d.QueueService))
	d.concert(1, "", "AVAILABLE")
	return d
}

// both runs a check on SQLite and on Redis.
func both(t *testing.T, check func(t *testing.T, d *desk)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { t.Parallel(); check(t, newDesk(t, nil)) })
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		check(t, newDesk(t, func(c *queue.Config) { c.Redis, c.RedisPrefix = redistest.URL(t), redistest.Prefix(t) }))
	})
}

// guard takes the value of the session's cookie for a buyer's name.
func guard() *access.Guard {
	return &access.Guard{Admins: []string{"admin"}, Secret: "s3cret", User: func(r *http.Request) (string, error) {
		c, err := r.Cookie("ticketing_session")
		if err != nil {
			return "", &web.Problem{Type: access.ProblemType + "no-session", Title: "Nobody has signed on", Status: http.StatusUnauthorized, Detail: "Sign on."}
		}
		return c.Value, nil
	}}
}

// handle hands in a message and returns what the handler says.
func (d *desk) handle(typ, sagaID string, data any) error {
	d.t.Helper()
	m, err := event.New("test", typ, sagaID, data)
	must(d.t, err)
	return d.handlers[typ](d.t.Context(), m)
}

func (d *desk) concert(id int64, before, after string) {
	d.t.Helper()
	d.version++
	must(d.t, d.handle("ConcertStatusUpdated", "c", event.ConcertStatusUpdated{ConcertID: id, Before: before, After: after, Version: d.version}))
}

// told returns and removes what the service wants to tell, with the codes of failures.
func (d *desk) told() string {
	d.t.Helper()
	var words []string
	for { // one of each key at a time
		rows, err := d.Outbox().Claim(context.Background(), 10, time.Minute)
		must(d.t, err)
		if len(rows) == 0 {
			return strings.Join(words, ", ")
		}
		must(d.t, d.Outbox().Delivered(context.Background(), rows...))
		for _, row := range rows {
			var f event.Failed
			_ = json.Unmarshal(row.Message.Data, &f)
			words = append(words, strings.TrimSpace(row.Message.Type+" "+f.Code))
		}
	}
}

func (d *desk) wantTold(want string) {
	d.t.Helper()
	if got := d.told(); got != want {
		d.t.Errorf("it told %q, want %q", got, want)
	}
}

// enter returns the token of a buyer who enters the line of concert 1.
func (d *desk) enter(user string) string {
	d.t.Helper()
	v, _, err := d.Enter(d.t.Context(), user, 1)
	must(d.t, err)
	return v.Token
}

func (d *desk) admit() {
	d.t.Helper()
	must(d.t, d.Admit(d.t.Context()))
}

func (d *desk) stands(token string) string {
	d.t.Helper()
	p, err := d.Pass(d.t.Context(), token)
	must(d.t, err)
	return p.Status
}

func (d *desk) wantStands(token, want string) {
	d.t.Helper()
	if got := d.stands(token); got != want {
		d.t.Errorf("the token is %s, want %s", got, want)
	}
}

func saleOf(sagaID, user, token string) event.ReservationsCompleted {
	return event.ReservationsCompleted{Sale: event.Sale{SagaID: sagaID, UserID: user, Token: token, ConcertID: 1, Lines: []event.Line{}}}
}

func question(sagaID string) event.Question {
	return event.Question{SagaID: sagaID, Step: event.Queue, Number: 1}
}

// reply is an answer over HTTP.
type reply struct {
	status  int
	body    string
	view    queue.View
	problem struct{ Type, Detail string }
}

// send asks the boundary; who is a buyer's name, "service" or nobody.
func (d *desk) send(method, path, who, token, body string) reply {
	d.t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body)).WithContext(d.t.Context())
	r.RemoteAddr = "192.0.2.7:1234"
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	if who == "service" {
		r.Header.Set("Authorization", "Bearer s3cret")
	} else if who != "" {
		r.AddCookie(&http.Cookie{Name: "ticketing_session", Value: who})
	}
	if token != "" {
		r.Header.Set("QUEUE-TOKEN", token)
	}
	w := httptest.NewRecorder()
	d.http.ServeHTTP(w, r)
	got := reply{status: w.Code, body: strings.TrimSpace(w.Body.String())}
	if w.Code < 300 && w.Body.Len() > 0 {
		_ = json.Unmarshal(w.Body.Bytes(), &got.view)
	} else if w.Body.Len() > 0 {
		_ = json.Unmarshal(w.Body.Bytes(), &got.problem)
	}
	return got
}

func (d *desk) wantProblem(got reply, status int, code string) {
	d.t.Helper()
	if got.status != status || got.problem.Type != access.ProblemType+code || got.problem.Detail == "" {
		d.t.Errorf("got %d %s, want %d %s", got.status, got.body, status, code)
	}
}
