//go:build unix

package killtest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// town is where the buyers are while lives come and go.
type town struct {
	t       *testing.T
	address string
	book    book
	http    http.Client
	life    atomic.Pointer[life] // the one under way
	closing atomic.Bool          // nobody begins anything new
}

func newTown(t *testing.T) *town {
	return &town{t: t, address: freePort(t), http: http.Client{Timeout: 30 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// freePort is one that the system does not give to outgoing connections, so that it stays free while the
// system is down.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		if l, err := net.Listen("tcp", "127.0.0.1:"+strconv.Itoa(15000+rand.IntN(15000))); err == nil {
			defer l.Close()
			return l.Addr().String()
		}
	}
	t.Fatal("no free port between 15000 and 30000")
	return ""
}

// person is somebody with a session, which outlives all lives.
type person struct {
	name   string
	cookie *http.Cookie
}

// call is a request that may be repeated as it is.
type call struct {
	method, path string
	body         any
	key, token   string
}

// reply is what the system said to it.
type reply struct {
	status int
	code   string // the problem's; "" if it is none
	text   []byte
	cookie *http.Cookie
}

// trouble reports whether a reply says nothing but that the same request is to be repeated.
func (r reply) trouble() bool {
	return r.status == http.StatusServiceUnavailable || r.status == http.StatusInternalServerError
}

// ask sends a request once.
func (w *town) ask(ctx context.Context, who *person, c call) (reply, error) {
	request, err := w.request(ctx, who, c)
	if err != nil {
		return reply{}, err
	}
	response, err := w.http.Do(request)
	if err != nil {
		return reply{}, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, 1<<20))
	if err != nil {
		return reply{}, err
	}
	r := reply{status: response.StatusCode, text: text}
	if strings.HasPrefix(response.Header.Get("Content-Type"), "application/problem+json") {
		var p struct{ Type string }
		_ = json.Unmarshal(text, &p) // then it has no code, which nobody expects
		r.code = strings.TrimPrefix(p.Type, "urn:problem-type:ticketing:")
	}
	for _, r.cookie = range response.Cookies() {
	}
	w.life.Load().answers.Add(1)
	return r, nil
}

func (w *town) request(ctx context.Context, who *person, c call) (*http.Request, error) {
	text, err := json.Marshal(c.body)
	if err != nil || c.body == nil {
		text = nil
	}
	// A plain io.Reader cannot be rewound, so net/http does not repeat the request by itself.
	request, err := http.NewRequestWithContext(ctx, c.method, "http://"+w.address+c.path, struct{ io.Reader }{bytes.NewReader(text)})
	if err != nil {
		return nil, err
	}
	request.ContentLength = int64(len(text))
	request.Header.Set("Content-Type", "application/json")
	for name, value := range map[string]string{"Idempotency-Key": c.key, "QUEUE-TOKEN": c.token} {
		if value != "" {
			request.Header.Set(name, value)
		}
	}
	if who.cookie != nil {
		request.AddCookie(who.cookie)
	}
	return request, nil
}

// insist repeats a request until there is an answer to it. Anything but a 2xx and the codes that are named is
// a mistake. False: there was none, or it was one.
func (w *town) insist(ctx context.Context, who *person, c call, codes ...string) (reply, bool) {
	for pause := range patiently(ctx) {
		r, err := w.ask(ctx, who, c)
		if err != nil || r.trouble() {
			pause()
			continue
		}
		expected := r.status < 300
		for _, code := range codes {
			expected = expected || r.code == code
		}
		if !expected {
			w.t.Errorf("%s %s of %s: %d %s", c.method, c.path, who.name, r.status, r.text)
		}
		return r, expected
	}
	return reply{}, false
}

// read decodes an answer.
func (w *town) read(r reply, into any) bool {
	if err := json.Unmarshal(r.text, into); err != nil {
		w.t.Errorf("%d %s: %v", r.status, r.text, err)
		return false
	}
	return true
}

// signOn makes an account, unless it is the administrator's, and begins its one session.
func (w *town) signOn(ctx context.Context, name string) (*person, bool) {
	p := &person{name: name}
	if name != admin {
		register := call{method: "POST", path: "/users", body: map[string]string{"name": name, "displayName": name, "password": password}}
		if _, ok := w.insist(ctx, p, register, "name-taken"); !ok {
			return nil, false
		}
	}
	r, ok := w.insist(ctx, p, call{method: "POST", path: "/session", body: map[string]string{"user": name, "password": password}})
	p.cookie = r.cookie
	return p, ok
}

// patiently ranges until ctx ends; the function that it hands out is a short pause.
func patiently(ctx context.Context) func(yield func(pause func()) bool) {
	return func(yield func(func()) bool) {
		tick := time.NewTicker(20 * time.Millisecond)
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
