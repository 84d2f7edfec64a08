package catalog_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/shop/catalog"
)

// from sends a request from an address that a test has no socket at.
func from(t *testing.T, h http.Handler, address, method, path string) reply {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.RemoteAddr = address
	r.Header.Set("Idempotency-Key", "k")
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return read(t, w.Code, w.Header(), w.Body.String())
}

func TestOnlyTheAuthorizedMoveStockOrAskAboutKeys(t *testing.T) {
	t.Parallel()
	const here, alsoHere, there = "127.0.0.1:999", "[::1]:999", "192.0.2.7:999"
	s := open(t, nil)
	with := func(verdict error) http.Handler {
		return openapi.Check(t, catalog.NewController(s.service, func(*http.Request) error { return verdict }))
	}
	byDefault, never, always := s.checked, with(errors.New("no badge")), with(nil)
	before := s.dump(t)
	for _, call := range [][2]string{{"POST", decrement}, {"POST", fence}, {"POST", undo}, {"GET", decrement + "?key=k"}} {
		for _, turnedAway := range []reply{
			from(t, byDefault, there, call[0], call[1]), from(t, byDefault, "", call[0], call[1]), from(t, never, here, call[0], call[1]),
		} {
			wantProblem(t, turnedAway, http.StatusForbidden, "participant:forbidden")
		}
		if got := from(t, never, here, call[0], call[1]); !strings.Contains(got.problem.Detail, "no badge") {
			t.Errorf("the reason is not told: %s", got.body)
		}
	}
	for _, path := range []string{"/catalog/items", "/catalog/items/EST-1", "/healthz"} {
		if got := from(t, never, there, "GET", path); got.status != http.StatusOK {
			t.Errorf("reading %s: %d %s", path, got.status, got.body)
		}
	}
	if after := s.dump(t); after != before {
		t.Errorf("those who were turned away left\n%s\ninstead of\n%s", after, before)
	}
	wantState(t, from(t, byDefault, alsoHere, "POST", fence), participant.Cancelled)
	wantState(t, from(t, always, there, "POST", fence), participant.Cancelled)
}

// A failure must not be taken for a "no".
func TestAFailureSaysNothingAboutTheStock(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	if err := s.service.Close(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{decrement, fence, undo} {
		wantProblem(t, s.post(t, path, "k", lines("EST-1", 1)), http.StatusInternalServerError, "participant:internal")
	}
	wantProblem(t, s.probe(t, "k"), http.StatusInternalServerError, "participant:internal")
	for _, path := range []string{"/healthz", "/catalog/items", "/catalog/items/EST-1"} {
		wantProblem(t, s.send(t, request{method: "GET", path: path}), http.StatusInternalServerError, "shop:internal")
	}
	if err := s.boundary.Compensate(t.Context(), compensation(t, aKey)); err == nil {
		t.Error("a message was taken by a closed service")
	}
}

// Everything that the document promises is shown here once; the fixture holds each exchange of all
// the tests against it.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	s := open(t, func(r *http.Request) error {
		if r.Header.Get("Idempotency-Key") == "barred" || r.URL.Query().Get("key") == "barred" {
			return errors.New("that key is barred")
		}
		return nil
	})
	const one = `{"lines":[{"item":"EST-1","quantity":1}]}`
	for _, c := range []struct {
		request
		status int
	}{
		{request{"GET", "/healthz", "", "", ""}, 200},
		{request{"GET", "/catalog/items", "", "", ""}, 200},
		{request{"GET", "/catalog/items/EST-1", "", "", ""}, 200},
		{request{"GET", "/catalog/items/EST-0", "", "", ""}, 404},
		{request{"POST", decrement, "k", one, ""}, 200},
		{request{"POST", decrement, "k", lines("EST-1", 2), ""}, 422},
		{request{"POST", decrement, "k2", lines("EST-1", tooMany), ""}, 409},
		{request{"POST", decrement, "k3", lines("EST-1", 0), ""}, 400},
		{request{"POST", decrement, "k3", lines(strings.Repeat("x", 64<<10), 1), ""}, 413},
		{request{"POST", decrement, "k3", one, "text/plain"}, 415},
		{request{"POST", decrement, "barred", one, ""}, 403},
		{request{"GET", decrement + "?key=k", "", "", ""}, 200},
		{request{"GET", decrement + "?key=k2", "", "", ""}, 200},
		{request{"GET", decrement + "?key=k3", "", "", ""}, 200},
		{request{"GET", decrement, "", "", ""}, 400},
		{request{"GET", decrement + "?key=barred", "", "", ""}, 403},
		{request{"POST", fence, "k4", "", ""}, 200},
		{request{"POST", fence, "", "", ""}, 400},
		{request{"POST", fence, "barred", "", ""}, 403},
		{request{"POST", undo, "k", "", ""}, 200},
		{request{"POST", undo, "", "", ""}, 400},
		{request{"POST", undo, "barred", "", ""}, 403},
		{request{"DELETE", decrement, "k", "", ""}, 405},
		{request{"GET", "/nothing", "", "", ""}, 404},
	} {
		if got := s.send(t, c.request); got.status != c.status {
			t.Errorf("%s %s %q: got %d %s, want %d", c.method, c.path, c.key, got.status, got.body, c.status)
		}
	}
	if unseen := s.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}
