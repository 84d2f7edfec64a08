package platform_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const password = "correct horse"

// city is a running platform behind a real port.
type city struct {
	t   *testing.T
	p   *platform.Platform
	url string
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newCity(t *testing.T, change func(*platform.Config)) *city {
	t.Helper()
	config := platform.Config{
		Folder: t.TempDir(), Logger: slog.New(slog.DiscardHandler), Iterations: 1, Admin: user.Admin{Name: "admin", Password: password},
		AdmitEvery: 20 * time.Millisecond, Wait: 30 * time.Second,
	}
	if change != nil {
		change(&config)
	}
	p, err := platform.Open(t.Context(), config)
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	server := httptest.NewServer(p)
	t.Cleanup(func() {
		server.Close()
		stop()
		must(t, errors.Join(<-ended, p.Close()))
	})
	return &city{t: t, p: p, url: server.URL}
}

// buyer is somebody with a session.
type buyer struct {
	c      *city
	name   string
	cookie *http.Cookie
	token  string
}

func (c *city) signOn(name string) *buyer {
	c.t.Helper()
	b := &buyer{c: c, name: name}
	if name != "admin" {
		b.must(http.StatusCreated, "POST", "/users", map[string]any{"name": name, "displayName": name, "password": password}, nil)
	}
	r := b.request("POST", "/session", map[string]any{"user": name, "password": password})
	response, err := http.DefaultClient.Do(r)
	must(c.t, err)
	response.Body.Close()
	for _, cookie := range response.Cookies() {
		b.cookie = cookie
	}
	if b.cookie == nil {
		c.t.Fatalf("%s was not signed on: %d", name, response.StatusCode)
	}
	return b
}

func (b *buyer) request(method, path string, body any) *http.Request {
	b.c.t.Helper()
	text, err := json.Marshal(body)
	must(b.c.t, err)
	r, err := http.NewRequestWithContext(b.c.t.Context(), method, b.c.url+path, bytes.NewReader(text))
	must(b.c.t, err)
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	if b.cookie != nil {
		r.AddCookie(b.cookie)
	}
	if b.token != "" {
		r.Header.Set("QUEUE-TOKEN", b.token)
	}
	return r
}

// ask sends a request under an idempotency key, if one is given, and decodes the answer.
func (b *buyer) ask(method, path string, body, into any, key ...string) int {
	b.c.t.Helper()
	r := b.request(method, path, body)
	for _, k := range key {
		r.Header.Set("Idempotency-Key", k)
	}
	response, err := http.DefaultClient.Do(r)
	must(b.c.t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(b.c.t, err)
	if into != nil {
		if err := json.Unmarshal(text, into); err != nil {
			b.c.t.Fatalf("%s %s: %d %s", method, path, response.StatusCode, text)
		}
	}
	return response.StatusCode
}

func (b *buyer) must(status int, method, path string, body, into any, key ...string) {
	b.c.t.Helper()
	var got json.RawMessage
	if code := b.ask(method, path, body, &got, key...); code != status {
		b.c.t.Fatalf("%s %s %s: %d %s, want %d", b.name, method, path, code, got, status)
	}
	if into != nil {
		must(b.c.t, json.Unmarshal(got, into))
	}
}

// opens makes a concert of one date and returns the two ids.
func (b *buyer) opens(seats int, price int64) (concert, schedule int64) {
	b.c.t.Helper()
	var made struct{ ID int64 }
	now := time.Now()
	b.must(http.StatusCreated, "POST", "/admin/concerts", map[string]any{
		"title": "Spring", "description": "A concert", "schedules": []any{map[string]any{
			"concertAt": now.Add(240 * time.Hour), "reservationAvailableAt": now.Add(-time.Hour), "seats": seats, "price": price,
		}},
	}, &made, rand.Text())
	var dates struct{ Schedules []struct{ ID int64 } }
	b.must(http.StatusOK, "GET", fmt.Sprintf("/concerts/%d/schedules", made.ID), nil, &dates)
	return made.ID, dates.Schedules[0].ID
}

// until asks again and again until the answer is as it should be.
func (b *buyer) until(what string, seen func() bool) {
	b.c.t.Helper()
	for deadline := time.After(30 * time.Second); !seen(); {
		select {
		case <-deadline:
			b.c.t.Fatalf("%s waited in vain for %s", b.name, what)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

type place struct {
	Token    string
	Status   string
	Position int64
}

func (b *buyer) entersAndWaits(concert int64) {
	b.c.t.Helper()
	var at place
	enter := map[string]any{"concertId": concert}
	b.until("the concert", func() bool { return b.ask("POST", "/queue/tokens", enter, nil) < 300 })
	b.must(http.StatusOK, "POST", "/queue/tokens", enter, &at)
	b.token = at.Token
	b.until("a turn", func() bool {
		b.must(http.StatusOK, "GET", "/queue/tokens/me", nil, &at)
		return at.Status == "ACTIVE"
	})
}

type reserved struct {
	Reservations []struct{ ID int64 }
	Total        int64
}

func (r reserved) ids() (ids []int64) {
	for _, one := range r.Reservations {
		ids = append(ids, one.ID)
	}
	return ids
}
