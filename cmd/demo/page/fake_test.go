package page_test

import (
	"context"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/cmd/demo/page"
	"github.com/seosa-dev/saga/systems/fault"
)

// fake is a source in memory. It plays a row until the test ends it.
type fake struct {
	mu      sync.Mutex
	orders  []page.Order
	results map[string]page.Result
	armed   []fault.Fault
	err     error // of reading and of switching
	refuse  error // of playing
	looked  int   // how often Orders was asked
	cleared int
}

func newFake() *fake { return &fake{results: map[string]page.Result{}} }

func (f *fake) Orders(context.Context) ([]page.Order, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.looked++
	return slices.Clone(f.orders), f.err
}

func (f *fake) Results(context.Context) map[string]page.Result {
	f.mu.Lock()
	defer f.mu.Unlock()
	return maps.Clone(f.results)
}

func (f *fake) Play(_ context.Context, id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.refuse != nil {
		return f.refuse
	}
	for _, r := range f.results {
		if r.Playing {
			return page.ErrBusy
		}
	}
	f.results[id] = page.Result{Playing: true}
	return nil
}

func (f *fake) Armed(context.Context) ([]fault.Fault, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.armed), f.err
}

func (f *fake) Switch(_ context.Context, x fault.Fault, on bool) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.err != nil {
		return f.err
	}
	f.armed = slices.DeleteFunc(f.armed, func(a fault.Fault) bool { return a == x })
	if on {
		f.armed = append(f.armed, x)
	}
	return nil
}

func (f *fake) Clear(context.Context) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.cleared++
	f.armed = nil
	return f.err
}

// set changes the source while it is looked at.
func (f *fake) set(change func(f *fake)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

func (f *fake) ended(id string, r page.Result) { f.set(func(f *fake) { f.results[id] = r }) }

// playing is the row that plays, or "".
func (f *fake) playing() string {
	for id, r := range f.Results(context.Background()) {
		if r.Playing {
			return id
		}
	}
	return ""
}

func newPage(t *testing.T, f *fake) *page.Page {
	t.Helper()
	p, err := page.New(page.Config{Source: f, Location: time.UTC, Logger: slog.New(slog.DiscardHandler), Environment: "test"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(p.Close)
	return p
}

// ask sends one request; headers are pairs.
func ask(h http.Handler, method, path, form string, headers ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, path, strings.NewReader(form))
	if method == http.MethodPost {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for i := 0; i+1 < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func get(h http.Handler, path string, headers ...string) *httptest.ResponseRecorder {
	return ask(h, http.MethodGet, path, "", headers...)
}

// shows checks the status and that the page has these texts.
func shows(t *testing.T, w *httptest.ResponseRecorder, status int, texts ...string) {
	t.Helper()
	if w.Code != status {
		t.Errorf("status %d, want %d: %.300s", w.Code, status, w.Body)
	}
	for _, text := range texts {
		if !strings.Contains(w.Body.String(), text) {
			t.Errorf("the page does not have %q", text)
		}
	}
}

// lacks checks that the page does not have these texts.
func lacks(t *testing.T, w *httptest.ResponseRecorder, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if strings.Contains(w.Body.String(), text) {
			t.Errorf("the page has %q", text)
		}
	}
}

// redirects checks that an action leads back.
func redirects(t *testing.T, w *httptest.ResponseRecorder, to string) {
	t.Helper()
	if w.Code != http.StatusSeeOther || w.Header().Get("Location") != to {
		t.Errorf("got %d to %q, want 303 to %q", w.Code, w.Header().Get("Location"), to)
	}
}
