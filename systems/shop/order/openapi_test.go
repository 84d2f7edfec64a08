package order_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
)

// Everything that the document promises is shown here once; the fixture holds each exchange of all
// the tests against it.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	mine := s.cookie(t, alice)
	first, second, bobs := s.number(t, alice), s.number(t, alice), s.number(t, bob)
	ask := func(cookie string, status int, method, path, body string) {
		t.Helper()
		kind := ""
		if status == http.StatusUnsupportedMediaType {
			kind = "text/plain"
		}
		if got := s.send(t, cookie, request{method, path, body, kind}); got.status != status {
			t.Errorf("%s %s: got %d %s, want %d", method, path, got.status, got.body, status)
		}
	}
	one, tooMany := of("EST-1", 1), of("EST-1", seeded+1)
	ask("", 200, "GET", "/healthz", "")
	ask(mine, 200, "GET", "/orders", "")
	ask("", 401, "GET", "/orders", "")
	ask("", 401, "POST", "/orders/new", "")

	ask(mine, 201, "PUT", address(first), one)
	ask(mine, 201, "PUT", address(first), one)
	ask(mine, 409, "PUT", address(first), of("EST-1", 2))
	ask(mine, 400, "PUT", address(first), `{}`)
	ask(mine, 413, "PUT", address(first), of(strings.Repeat("x", 64<<10), 1))
	ask(mine, 415, "PUT", address(first), one)
	ask(mine, 403, "PUT", address(bobs), one)
	ask(mine, 404, "PUT", address(bobs+1), one)
	ask("", 401, "PUT", address(first), one)

	ask(mine, 409, "PUT", address(second), tooMany)
	ask(mine, 200, "GET", address(second), "")
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest})
	ask(mine, 502, "PUT", address(second), tooMany)
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest}, fault.Fault{At: check, Kind: fault.DropRequest})
	ask(mine, 202, "PUT", address(second), tooMany)
	ask(mine, 200, "GET", address(second), "")
	ask(mine, 200, "GET", "/orders", "")

	ask(mine, 200, "GET", address(first), "")
	ask("", 401, "GET", address(first), "")
	ask(mine, 403, "GET", address(bobs), "")
	ask(mine, 404, "GET", address(bobs+1), "")
	ask("", 405, "DELETE", "/orders", "")
	ask("", 404, "GET", "/nothing", "")

	third := s.number(t, alice)
	s.halt(t)
	ask(mine, 503, "PUT", address(third), one)
	file := open(t, s.file)
	_, err := file.ExecContext(t.Context(), `alter table sequence rename to elsewhere`)
	must(t, err)
	ask(mine, 503, "POST", "/orders/new", "")
	_, err = file.ExecContext(t.Context(), `alter table elsewhere rename to sequence`)
	must(t, err)
	ask(mine, 200, "GET", address(first), "") // what is known is shown all the same
	if unseen := s.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

// A service that does not run says so and has begun nothing; the same order under the same number
// is placed when it does.
func TestAServiceThatDoesNotRunBeginsNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.halt(t)
	got := s.put(t, alice, id, of("EST-1", 3))
	wantProblem(t, got, http.StatusServiceUnavailable, "unavailable", "Repeat the same request with the same number")
	if got.header.Get("Retry-After") != "1" {
		t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
	}
	s.stop(t)
	s.start(t)
	if _, err := s.orders.Engine().Get(t.Context(), "1000/1"); err == nil {
		t.Error("an instance was begun")
	}
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
}

// What cannot be read or written is a 500 that promises nothing.
func TestAFailureSaysThatNothingIsKnown(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	_, err := open(t, s.file).ExecContext(t.Context(), `alter table order_number rename to elsewhere`)
	must(t, err)
	for _, q := range []request{
		{"PUT", address(id), of("EST-1", 1), ""}, {"GET", address(id), "", ""}, {"GET", "/orders", "", ""},
	} {
		wantProblem(t, s.send(t, s.cookie(t, alice), q), http.StatusInternalServerError, "internal", "Repeat the same request with the same number")
	}
	got := s.send(t, s.cookie(t, alice), request{"POST", "/orders/new", "", ""})
	wantProblem(t, got, http.StatusServiceUnavailable, "unavailable", "Nothing was ordered")
	_, err = open(t, s.file).ExecContext(t.Context(), `alter table elsewhere rename to order_number`)
	must(t, err)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 1)), http.StatusCreated)
}
