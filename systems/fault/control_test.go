package fault_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
)

// shown is what the control handler answers.
type shown struct {
	Armed  []fault.Fault
	Calls  []fault.Call
	Counts map[string]int
	Rates  fault.Rates
	Type   string
	Detail string
	Status int
}

func control(t *testing.T, h http.Handler, change func(*http.Request), method, path, body string) (int, shown) {
	t.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:4000"
	r.Header.Set("Content-Type", "application/json")
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var s shown
	if err := json.Unmarshal(w.Body.Bytes(), &s); err != nil {
		t.Fatalf("%s %s: %d %q: %v", method, path, w.Code, w.Body, err)
	}
	kind := "application/json"
	if w.Code != 200 {
		kind = "application/problem+json"
	}
	if w.Header().Get("Content-Type") != kind || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("%s %s: header %v", method, path, w.Header())
	}
	return w.Code, s
}

func TestControl(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	h := b.Handler()
	do := func(method, path, body string) shown {
		t.Helper()
		status, s := control(t, h, nil, method, path, body)
		if status != 200 {
			t.Fatalf("%s %s: %d %s", method, path, status, s.Detail)
		}
		return s
	}
	if s := do("GET", "/faults", ""); s.Armed == nil || s.Calls == nil || s.Counts == nil {
		t.Errorf("a list is missing: %+v", s)
	}
	s := do("POST", "/faults", ` {"at":"do","kind":"delay","times":-1,"match":"7","hold":3600000000000}`)
	if len(s.Armed) != 1 || s.Armed[0] != (fault.Fault{At: "do", Kind: fault.Delay, Times: -1, Match: "7", Hold: 3600e9}) {
		t.Errorf("armed %+v", s.Armed)
	}
	if s := do("POST", "/faults", `[{"at":"do","kind":"refuse"},{"at":"do","kind":"fail-after"}]`); len(s.Armed) != 3 {
		t.Errorf("armed %+v", s.Armed)
	}
	if got := b.call(t.Context(), "do", "7"); got.err == nil {
		t.Errorf("the caller saw %+v", got)
	}
	if s := do("POST", "/faults/release", ""); b.effects.Load() != 1 || len(s.Calls) != 2 || !s.Calls[1].Late || s.Counts["delay"] != 1 {
		t.Errorf("released: %+v after %d", s, b.effects.Load())
	}
	if s := do("DELETE", "/faults/do/refuse", ""); len(s.Armed) != 2 || s.Armed[1].Kind != fault.FailAfter {
		t.Errorf("disarmed: %+v", s.Armed)
	}
	if s := do("DELETE", "/faults", ""); len(s.Armed) != 0 || len(s.Calls) != 2 {
		t.Errorf("cleared: %+v", s)
	}
	if s := do("DELETE", "/calls", ""); len(s.Calls) != 0 || len(s.Counts) != 0 {
		t.Errorf("forgot: %+v", s)
	}
	if s := do("PUT", "/rates", `{"dropReply":1,"hold":5,"seed":9}`); s.Rates != (fault.Rates{DropReply: 1, Hold: 5, Seed: 9}) {
		t.Errorf("rates %+v", s.Rates)
	}
	if got := b.call(t.Context(), "do", "7"); got.err == nil || b.last().Fault != fault.DropReply {
		t.Errorf("by chance: saw %+v, recorded %+v", got, b.last())
	}
}

func TestControlRefusesBadInput(t *testing.T) {
	t.Parallel()
	type change = func(*http.Request)
	header := func(name, value string) change { return func(r *http.Request) { r.Header.Set(name, value) } }
	b := newBench(t, fault.Config{})
	b.arm(fault.Fault{At: "kept", Kind: fault.Refuse})
	for name, c := range map[string]struct {
		method, path, body string
		change             change
		status             int
		code, hint         string
	}{
		"no JSON":            {"POST", "/faults", `{"at"`, nil, 400, "invalid-request", `"kind":"drop-reply"`},
		"empty":              {"POST", "/faults", ``, nil, 400, "invalid-request", `"kind":"drop-reply"`},
		"a number":           {"POST", "/faults", `7`, nil, 400, "invalid-request", "a list of such"},
		"wrong type":         {"POST", "/faults", `{"at":7,"kind":"refuse"}`, nil, 400, "invalid-request", "a list of such"},
		"an extra member":    {"POST", "/faults", `{"at":"do","kind":"refuse","when":"now"}`, nil, 400, "invalid-request", `"when"`},
		"extra in a list":    {"POST", "/faults", `[{"at":"do","kind":"refuse","when":"now"}]`, nil, 400, "invalid-request", `"when"`},
		"two values":         {"POST", "/faults", `{"at":"do","kind":"refuse"}{}`, nil, 400, "invalid-request", "drop-reply"},
		"unknown kind":       {"POST", "/faults", `{"at":"do","kind":"explode"}`, nil, 400, "invalid-request", "crash-after, crash-before"},
		"no place":           {"POST", "/faults", `{"kind":"refuse"}`, nil, 400, "invalid-request", "name the place"},
		"null":               {"POST", "/faults", `null`, nil, 400, "invalid-request", "name the place"},
		"off at no relay":    {"POST", "/faults", `{"at":"do","kind":"off"}`, nil, 400, "invalid-request", "drop-request"},
		"one of two is bad":  {"POST", "/faults", `[{"at":"do","kind":"refuse"},{"at":"do"}]`, nil, 400, "invalid-request", "drop-request"},
		"a form":             {"POST", "/faults", `at=do`, header("Content-Type", "application/x-www-form-urlencoded"), 415, "unsupported-media-type", "application/json"},
		"oversized":          {"POST", "/faults", `[` + strings.Repeat(" ", 64<<10) + `]`, nil, 413, "too-large", "64 KiB"},
		"rates over 1":       {"PUT", "/rates", `{"dropReply":0.9,"delay":0.9}`, nil, 400, "invalid-request", "within 1"},
		"rates of text":      {"PUT", "/rates", `{"dropReply":"often"}`, nil, 400, "invalid-request", `"dropReply":0.05`},
		"unknown rates":      {"PUT", "/rates", `{"explode":1}`, nil, 400, "invalid-request", `"dropReply":0.05`},
		"no such path":       {"GET", "/fault", ``, nil, 404, "no-such-resource", "GET, POST or DELETE /faults"},
		"wrong method":       {"PATCH", "/faults", ``, nil, 404, "no-such-resource", "PUT /rates"},
		"another machine":    {"GET", "/faults", ``, func(r *http.Request) { r.RemoteAddr = "192.0.2.1:4000" }, 403, "forbidden", "from the machine itself"},
		"a page of another":  {"DELETE", "/faults", ``, header("Sec-Fetch-Site", "cross-site"), 403, "forbidden", "another site"},
		"another's old page": {"POST", "/faults/release", ``, header("Origin", "https://example.net"), 403, "forbidden", "another site"},
	} {
		status, s := control(t, b.Handler(), c.change, c.method, c.path, c.body)
		if status != c.status || s.Status != status || s.Type != "urn:problem-type:fault:"+c.code || !strings.Contains(s.Detail, c.hint) {
			t.Errorf("%s: got %d %+v, want %d %s with %q", name, status, s, c.status, c.code, c.hint)
		}
	}
	if armed := b.Armed(); len(armed) != 1 || armed[0].At != "kept" {
		t.Errorf("something was changed all the same: %+v", armed)
	}
}
