package catalog_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/catalog"
)

const oneAngelfish = `{"lines":[{"item":"EST-1","quantity":1}]}`

// ask sends a request from this machine. A content type is set if there is a body.
func ask(h http.Handler, method, target, key, body string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	r.RemoteAddr = "127.0.0.1:40000"
	if body != "" {
		r.Header.Set("Content-Type", "application/json; charset=utf-8")
	}
	if key != "" {
		r.Header.Set("Idempotency-Key", key)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func wantProblem(t *testing.T, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var p struct{ Type, Title, Detail string }
	if err := json.Unmarshal(w.Body.Bytes(), &p); err != nil {
		t.Fatalf("%d %q: %v", w.Code, w.Body, err)
	}
	if w.Code != status || p.Type != "urn:problem-type:shop:"+code || p.Title == "" || p.Detail == "" {
		t.Errorf("got %d %+v, want %d %s", w.Code, p, status, code)
	}
	if kind := w.Header().Get("Content-Type"); kind != "application/problem+json" {
		t.Errorf("content type %q", kind)
	}
}

func wantEntry(t *testing.T, w *httptest.ResponseRecorder, state catalog.State) {
	t.Helper()
	var e catalog.Entry
	if err := json.Unmarshal(w.Body.Bytes(), &e); err != nil || w.Code != http.StatusOK || e.State != state {
		t.Fatalf("got %d %q (%v), want 200 with %s", w.Code, w.Body, err, state)
	}
}

func TestStockOverHTTP(t *testing.T) {
	t.Parallel()
	h := catalog.NewController(open(t), nil)
	const decrement, probe = "/catalog/stock/decrement", "/catalog/stock/decrement?key=1000/1/stock"
	wantEntry(t, ask(h, "GET", probe, "", ""), catalog.None)
	w := ask(h, "POST", decrement, "1000/1/stock", oneAngelfish)
	wantEntry(t, w, catalog.Applied)
	want := `{"key":"1000/1/stock","state":"APPLIED","currency":"USD","lines":[{"item":"EST-1","quantity":1,"unitPrice":1650}]}`
	if got := strings.TrimSpace(w.Body.String()); got != want {
		t.Errorf("reply %s\nwant  %s", got, want)
	}
	wantEntry(t, ask(h, "GET", probe, "", ""), catalog.Applied)
	wantEntry(t, ask(h, "POST", "/catalog/stock/fence", "1000/1/stock", ""), catalog.Applied)
	wantProblem(t, ask(h, "POST", decrement, "1000/1/stock", `{"lines":[{"item":"EST-1","quantity":2}]}`), 422, "key-reused")
	wantEntry(t, ask(h, "POST", "/catalog/stock/restore", "1000/1/stock", ""), catalog.Reverted)
	wantProblem(t, ask(h, "POST", decrement, "1000/1/stock", oneAngelfish), 409, "reverted")
	wantEntry(t, ask(h, "POST", "/catalog/stock/fence", "1001/1/stock", ""), catalog.Cancelled)
	wantProblem(t, ask(h, "POST", decrement, "1001/1/stock", oneAngelfish), 409, "cancelled")
	wantProblem(t, ask(h, "POST", decrement, "1002/1/stock", `{"lines":[{"item":"EST-1","quantity":10001}]}`), 409, "out-of-stock")
	wantProblem(t, ask(h, "POST", decrement, "1003/1/stock", `{"lines":[{"item":"EST-0","quantity":1}]}`), 404, "unknown-item")
	wantEntry(t, ask(h, "GET", "/catalog/stock/decrement?key=1003/1/stock", "", ""), catalog.Refused)
}

func TestBadInputChangesNothing(t *testing.T) {
	t.Parallel()
	service := open(t)
	h := catalog.NewController(service, nil)
	line := func(item, quantity string) string {
		return `{"lines":[{"item":"` + item + `","quantity":` + quantity + `}]}`
	}
	bad := map[string]struct {
		method, target, key, body string
		status                    int
		code                      string
	}{
		"malformed":       {"POST", "/catalog/stock/decrement", "k", `{"lines":`, 400, "invalid-request"},
		"trailing":        {"POST", "/catalog/stock/decrement", "k", oneAngelfish + "{}", 400, "invalid-request"},
		"unknown field":   {"POST", "/catalog/stock/decrement", "k", `{"lines":[],"price":1}`, 400, "invalid-request"},
		"no lines":        {"POST", "/catalog/stock/decrement", "k", `{"lines":[]}`, 400, "invalid-request"},
		"101 lines":       {"POST", "/catalog/stock/decrement", "k", `{"lines":[` + strings.Repeat(`{"item":"EST-1","quantity":1},`, 100) + `{"item":"EST-1","quantity":1}]}`, 400, "invalid-request"},
		"zero":            {"POST", "/catalog/stock/decrement", "k", line("EST-1", "0"), 400, "invalid-request"},
		"negative":        {"POST", "/catalog/stock/decrement", "k", line("EST-1", "-1"), 400, "invalid-request"},
		"10^12":           {"POST", "/catalog/stock/decrement", "k", line("EST-1", "1000000000000"), 400, "invalid-request"},
		"half":            {"POST", "/catalog/stock/decrement", "k", line("EST-1", "0.5"), 400, "invalid-request"},
		"odd item":        {"POST", "/catalog/stock/decrement", "k", line("EST 1", "1"), 400, "invalid-request"},
		"oversized":       {"POST", "/catalog/stock/decrement", "k", line(strings.Repeat("x", 64<<10), "1"), 413, "too-large"},
		"no content type": {"POST", "/catalog/stock/decrement", "k", "", 415, "unsupported-media-type"},
		"no key":          {"POST", "/catalog/stock/decrement", "", oneAngelfish, 400, "invalid-request"},
		"long key":        {"POST", "/catalog/stock/decrement", strings.Repeat("k", 301), oneAngelfish, 400, "invalid-request"},
		"fence, no key":   {"POST", "/catalog/stock/fence", "", "", 400, "invalid-request"},
		"restore, no key": {"POST", "/catalog/stock/restore", "", "", 400, "invalid-request"},
		"probe, no key":   {"GET", "/catalog/stock/decrement", "", "", 400, "invalid-request"},
		"method":          {"DELETE", "/catalog/stock/decrement", "k", "", 405, "method-not-allowed"},
		"path":            {"GET", "/catalog/stocks", "", "", 404, "no-such-resource"},
		"item":            {"GET", "/catalog/items/EST-0", "", "", 404, "unknown-item"},
	}
	for name, c := range bad {
		t.Run(name, func(t *testing.T) { wantProblem(t, ask(h, c.method, c.target, c.key, c.body), c.status, c.code) })
	}
	wantState(t, must(t)(service.Probe(t.Context(), "k")), catalog.None)
	wantStock(t, service, "EST-1", 10_000)
}

func TestOnlyTheAuthorizedMayChangeOrProbe(t *testing.T) {
	t.Parallel()
	service := open(t)
	byDefault := catalog.NewController(service, nil)
	never := catalog.NewController(service, func(*http.Request) error { return errors.New("no badge") })
	always := catalog.NewController(service, func(*http.Request) error { return nil })
	from := func(h http.Handler, addr, method, path string) *httptest.ResponseRecorder {
		r := httptest.NewRequest(method, path, nil)
		r.RemoteAddr = addr
		r.Header.Set("Idempotency-Key", "k")
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		return w
	}
	for _, path := range []string{"/catalog/stock/decrement", "/catalog/stock/fence", "/catalog/stock/restore"} {
		wantProblem(t, from(byDefault, "192.0.2.7:999", "POST", path), 403, "forbidden")
		wantProblem(t, from(byDefault, "", "POST", path), 403, "forbidden")
		wantProblem(t, from(never, "127.0.0.1:999", "POST", path), 403, "forbidden")
	}
	wantProblem(t, from(byDefault, "192.0.2.7:999", "GET", "/catalog/stock/decrement?key=k"), 403, "forbidden")
	wantState(t, must(t)(service.Probe(t.Context(), "k")), catalog.None)
	wantEntry(t, from(byDefault, "[::1]:999", "POST", "/catalog/stock/fence"), catalog.Cancelled)
	wantEntry(t, from(always, "192.0.2.7:999", "POST", "/catalog/stock/fence"), catalog.Cancelled)
	if w := from(never, "192.0.2.7:999", "GET", "/catalog/items"); w.Code != http.StatusOK {
		t.Errorf("reading items: %d", w.Code)
	}
	if w := from(never, "192.0.2.7:999", "GET", "/healthz"); w.Code != http.StatusOK {
		t.Errorf("health: %d", w.Code)
	}
}

func TestAFailureSaysNothingAboutTheStock(t *testing.T) {
	t.Parallel()
	service := open(t)
	h := catalog.NewController(service, nil)
	if err := service.Close(); err != nil {
		t.Fatal(err)
	}
	wantProblem(t, ask(h, "POST", "/catalog/stock/decrement", "k", oneAngelfish), 500, "internal")
	wantProblem(t, ask(h, "GET", "/healthz", "", ""), 500, "internal")
}
