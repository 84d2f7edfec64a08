package web_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/web"
)

const prefix = "urn:problem-type:test:"

// newMux serves one resource for reading a body and one for each error; its log goes into the
// buffer.
func newMux() (*web.Mux, *bytes.Buffer) {
	log := &bytes.Buffer{}
	m := &web.Mux{
		Prefix: prefix, Paths: "/things", Service: "test", Logger: slog.New(slog.NewTextHandler(log, nil)),
		ProblemOf: func(err error) *web.Problem {
			if p, ok := errors.AsType[*web.Problem](err); ok {
				return p
			}
			return &web.Problem{Type: prefix + "internal", Title: "The service failed", Status: 500, Detail: "Repeat it."}
		},
	}
	m.Handle("POST /things", web.Operation{}, func(w http.ResponseWriter, r *http.Request) error {
		var body struct{ Name string }
		if err := web.ReadJSON(w, r, prefix, `{"name":"x"}`, &body); err != nil {
			return err
		}
		web.WriteJSON(w, http.StatusCreated, body)
		return nil
	})
	m.Handle("GET /busy", web.Operation{}, func(http.ResponseWriter, *http.Request) error {
		return &web.Problem{Type: prefix + "busy", Title: "Busy", Status: 503, Detail: "Wait.", More: map[string]any{"n": 1}}
	})
	m.Handle("GET /broken", web.Operation{}, func(http.ResponseWriter, *http.Request) error { return errors.New("secret cause") })
	return m, log
}

func send(m *web.Mux, method, path, contentType, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	w := httptest.NewRecorder()
	m.ServeHTTP(w, r)
	return w
}

func TestProblems(t *testing.T) {
	t.Parallel()
	const plain = "application/json"
	for name, c := range map[string]struct {
		method, path, kind, body string
		status                   int
		code                     string
	}{
		"no such path":    {"GET", "/thing", "", "", 404, "no-such-resource"},
		"wrong method":    {"DELETE", "/things", "", "", 405, "method-not-allowed"},
		"no type":         {"POST", "/things", "", `{}`, 415, "unsupported-media-type"},
		"a form":          {"POST", "/things", "application/x-www-form-urlencoded", `{}`, 415, "unsupported-media-type"},
		"plain text":      {"POST", "/things", "text/plain", `{}`, 415, "unsupported-media-type"},
		"too large":       {"POST", "/things", plain, `{"name":"` + strings.Repeat("x", 64<<10) + `"}`, 413, "too-large"},
		"large after it":  {"POST", "/things", plain, `{}` + strings.Repeat(" ", 64<<10), 413, "too-large"},
		"no JSON":         {"POST", "/things", plain, `{"name"`, 400, "invalid-request"},
		"empty":           {"POST", "/things", plain, ``, 400, "invalid-request"},
		"more than one":   {"POST", "/things", plain, `{}{}`, 400, "invalid-request"},
		"an extra member": {"POST", "/things", plain, `{"name":"a","price":1}`, 400, "invalid-request"},
		"not ready":       {"GET", "/busy", "", "", 503, "busy"},
		"a plain error":   {"GET", "/broken", "", "", 500, "internal"},
	} {
		m, log := newMux()
		w := send(m, c.method, c.path, c.kind, c.body)
		var got struct {
			Type, Title, Detail string
			Status              int
		}
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Errorf("%s: %q: %v", name, w.Body, err)
		}
		if w.Code != c.status || got.Status != c.status || got.Type != prefix+c.code || got.Title == "" || got.Detail == "" {
			t.Errorf("%s: got %d %s, want %d %s", name, w.Code, w.Body, c.status, c.code)
		}
		h := w.Header()
		if h.Get("Content-Type") != "application/problem+json" || h.Get("Cache-Control") != "no-store" ||
			h.Get("X-Content-Type-Options") != "nosniff" {
			t.Errorf("%s: header %v", name, h)
		}
		if (h.Get("Retry-After") != "") != (c.status == 503) || (h.Get("Allow") == "POST") != (c.status == 405) {
			t.Errorf("%s: Retry-After or Allow is missing or too much: %v", name, h)
		}
		if logged := log.Len() > 0; logged != (c.status >= 500) {
			t.Errorf("%s: the log says %q", name, log)
		}
	}
}

func TestTheCauseGoesIntoTheLogOnly(t *testing.T) {
	t.Parallel()
	m, log := newMux()
	w := send(m, "GET", "/broken", "", "")
	if strings.Contains(w.Body.String(), "secret") || !strings.Contains(log.String(), "secret cause") {
		t.Errorf("the caller got %s, the log %s", w.Body, log)
	}
}

func TestAProblemCarriesFurtherMembers(t *testing.T) {
	t.Parallel()
	m, _ := newMux()
	if w := send(m, "GET", "/busy", "", ""); !strings.Contains(w.Body.String(), `"n":1`) {
		t.Errorf("got %s", w.Body)
	}
}

func TestAGoodBodyIsRead(t *testing.T) {
	t.Parallel()
	m, _ := newMux()
	w := send(m, "POST", "/things", "application/json; charset=utf-8", `{"name":"a"}`)
	if w.Code != 201 || strings.TrimSpace(w.Body.String()) != `{"Name":"a"}` || w.Header().Get("Content-Type") != "application/json" {
		t.Errorf("got %d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestLoopback(t *testing.T) {
	t.Parallel()
	for address, allowed := range map[string]bool{
		"127.0.0.1:5000": true, "127.8.9.1:5000": true, "[::1]:5000": true, "[::ffff:127.0.0.1]:5000": true,
		"192.0.2.1:5000": false, "10.0.0.1:5000": false, "0.0.0.0:5000": false, "[2001:db8::1]:5000": false,
		"[fe80::1%eth0]:5000": false, "": false, "@": false, "127.0.0.1": false, "localhost:5000": false,
	} {
		r := httptest.NewRequest("POST", "/things", nil)
		r.RemoteAddr = address
		r.Host = "127.0.0.1" // what a caller says about itself counts for nothing
		r.Header.Set("X-Forwarded-For", "127.0.0.1")
		if err := web.Loopback(r); (err == nil) != allowed {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// Members that a reader would have to guess at are refused.
func TestAmbiguousBodiesAreRefused(t *testing.T) {
	type line struct {
		Item     string `json:"item"`
		Quantity int    `json:"quantity"`
	}
	for body, says := range map[string]string{
		`{"lines":[{"item":"a","quantity":5}],"lines":[{"item":"b"}]}`: `"lines\" comes twice`,
		`{"lines":[{"item":"a","item":"b","quantity":1}]}`:             `"item\" comes twice`,
		`{"LINES":[{"item":"a","quantity":1}]}`:                        `unknown member \"LINES\"`,
		`{"lines":[{"Item":"a","quantity":1}]}`:                        `unknown member \"Item\"`,
		`{"lines":[]} {}`:                                              `there is more`,
		`{"lines":[`:                                                   `EOF`,
	} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(body))
		r.Header.Set("Content-Type", "application/json; charset=UTF-8")
		var into struct {
			Lines []line `json:"lines"`
		}
		err := web.ReadJSON(httptest.NewRecorder(), r, "urn:x:", "{}", &into)
		p, _ := errors.AsType[*web.Problem](err)
		text, _ := json.Marshal(p)
		if p == nil || p.Status != http.StatusBadRequest || !strings.Contains(string(text), says) {
			t.Errorf("%s: got %s, want 400 that says %s", body, text, says)
		}
	}
}

func TestOtherCharsetsAreRefused(t *testing.T) {
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/", strings.NewReader(`{}`))
	r.Header.Set("Content-Type", "application/json; charset=utf-16")
	err := web.ReadJSON(httptest.NewRecorder(), r, "urn:x:", "{}", &struct{}{})
	if p, ok := errors.AsType[*web.Problem](err); !ok || p.Status != http.StatusUnsupportedMediaType {
		t.Errorf("got %v", err)
	}
}

// A page of another site cannot make a browser change anything here.
func TestRequestsOfOtherOriginsAreRefused(t *testing.T) {
	m := &web.Mux{Prefix: "urn:x:", Paths: "/", Service: "x", Logger: slog.New(slog.DiscardHandler)}
	called := 0
	op := web.Operation{ID: "x", Answers: map[int]any{http.StatusOK: struct{}{}}}
	serve := func(w http.ResponseWriter, _ *http.Request) error {
		called++
		web.WriteJSON(w, http.StatusOK, struct{}{})
		return nil
	}
	m.Handle("POST /x", op, serve)
	m.Handle("GET /x", op, serve)
	for _, c := range []struct {
		method, header, value string
		status                int
	}{
		{"POST", "Origin", "https://evil.example", 403}, {"POST", "Sec-Fetch-Site", "cross-site", 403},
		{"POST", "Origin", "http://example.com", 200}, {"POST", "Sec-Fetch-Site", "same-origin", 200},
		{"POST", "X-None", "", 200}, {"GET", "Origin", "https://evil.example", 200},
	} {
		r := httptest.NewRequestWithContext(t.Context(), c.method, "http://example.com/x", nil)
		r.Header.Set(c.header, c.value)
		w := httptest.NewRecorder()
		before := called
		m.ServeHTTP(w, r)
		if w.Code != c.status || (called > before) != (c.status == 200) {
			t.Errorf("%s with %s %s: got %d %s", c.method, c.header, c.value, w.Code, w.Body)
		}
		if c.status == 403 && w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("the refusal is %q", w.Header())
		}
	}
}
