//go:build unix

package killtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// street is where the shoppers are: what they share while lives come and go.
type street struct {
	t    *testing.T
	url  string
	book book
	http *http.Client

	gate    sync.RWMutex // held for writing between two lives
	life    *life        // the one under way
	closing atomic.Bool  // no new orders
	cookies sync.Map     // by user; each signs on once, and the sessions outlive the lives
}

func newStreet(t *testing.T, s site) *street {
	return &street{
		t: t, url: "http://" + s.orders, book: book{issued: map[int64]bool{}},
		http: &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}},
	}
}

// revive starts the next life on the same files.
func (s *street) revive(at site, f fate) {
	s.gate.Lock()
	defer s.gate.Unlock()
	s.life = at.start(s.t, f)
}

// ask sends one request of a user, once. An error says whether the request may have reached the
// shop.
func (s *street) ask(ctx context.Context, user, method, path string, body []byte) (a answer, reached bool, err error) {
	s.gate.RLock()
	defer s.gate.RUnlock()
	response, err := s.send(ctx, user, method, path, body)
	if err != nil {
		dial, ok := errors.AsType[*net.OpError](err)
		return a, !ok || dial.Op != "dial", err
	}
	defer func() { _ = response.Body.Close() }()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return a, true, err
	}
	a = answer{status: response.StatusCode, body: string(text)}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		var p struct{ Type string }
		_ = json.Unmarshal(text, &p)
		a.kind = strings.TrimPrefix(p.Type, "urn:problem-type:shop:")
	}
	for _, c := range response.Cookies() {
		s.cookies.Store(user, c)
	}
	s.life.answered(method == http.MethodPut && (a.placed() || a.failed()))
	return a, true, nil
}

func (s *street) send(ctx context.Context, user, method, path string, body []byte) (*http.Response, error) {
	// A plain io.Reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, method, s.url+path, struct{ io.Reader }{bytes.NewReader(body)})
	if err != nil {
		return nil, err
	}
	request.ContentLength = int64(len(body))
	request.Header.Set("Content-Type", "application/json")
	if c, ok := s.cookies.Load(user); ok {
		request.AddCookie(c.(*http.Cookie))
	}
	return s.http.Do(request)
}

// insist asks until the shop answers, and wants an answer of this status then.
func (s *street) insist(ctx context.Context, user, method, path string, body []byte, status int) (answer, bool) {
	for pause := range patiently(ctx) {
		a, _, err := s.ask(ctx, user, method, path, body)
		switch {
		case err != nil, a.trouble():
			pause()
			continue
		case a.status != status:
			s.t.Errorf("%s %s of %s: %d %s", method, path, user, a.status, a.body)
		}
		return a, a.status == status
	}
	return answer{}, false
}

// signOn begins the one session of a user.
func (s *street) signOn(ctx context.Context, user string) bool {
	body, err := json.Marshal(map[string]string{"user": user, "password": user})
	if err != nil {
		s.t.Error(err)
		return false
	}
	_, ok := s.insist(ctx, user, http.MethodPost, "/session", body, http.StatusNoContent)
	return ok
}

// patiently ranges until ctx ends; the function that it hands out is a short pause.
func patiently(ctx context.Context) func(yield func(pause func()) bool) {
	return func(yield func(func()) bool) {
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		pause := func() {
			select {
			case <-tick.C:
			case <-ctx.Done():
			}
		}
		for ctx.Err() == nil && yield(pause) {
		}
	}
}
