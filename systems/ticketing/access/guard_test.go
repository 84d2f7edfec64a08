package access_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/web"
	"github.com/seosa-dev/saga/systems/ticketing/access"
)

func request(from, authorization string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, "/", nil)
	r.RemoteAddr = from
	if authorization != "" {
		r.Header.Set("Authorization", authorization)
	}
	return r
}

const here, there = "127.0.0.1:1234", "192.0.2.7:1234"

func status(err error) int {
	if p, ok := errors.AsType[*web.Problem](err); ok {
		return p.Status
	}
	if err != nil {
		return -1
	}
	return http.StatusOK
}

func TestWhoIsAService(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		secret, from, authorization string
		want                        int
	}{
		{"", here, "", 200},
		{"", there, "", 403},
		{"", there, "Bearer ", 403},
		{"s3cret", here, "", 403},
		{"s3cret", there, "Bearer s3cret", 200},
		{"s3cret", there, "Bearer s3cre", 403},
		{"s3cret", there, "Basic s3cret", 403},
	} {
		g := &access.Guard{Secret: c.secret}
		if got := status(g.Service(request(c.from, c.authorization))); got != c.want {
			t.Errorf("%+v: got %d", c, got)
		}
	}
}

func TestTheSecretIsSentByServicesOnly(t *testing.T) {
	t.Parallel()
	g := &access.Guard{Secret: "s3cret"}
	r := request(there, "")
	g.Sign(r)
	if err := g.Service(r); err != nil {
		t.Error(err)
	}
}

func TestOnlyThoseWhoAreNamedAdminister(t *testing.T) {
	t.Parallel()
	as := func(name string) *access.Guard {
		return &access.Guard{Admins: []string{"admin"}, User: func(*http.Request) (string, error) { return name, nil }}
	}
	if name, err := as("admin").Admin(request(there, "")); name != "admin" || err != nil {
		t.Error(name, err)
	}
	if _, err := as("mina").Admin(request(there, "")); status(err) != http.StatusForbidden {
		t.Error(err)
	}
	if _, err := (&access.Guard{}).Admin(request(here, "")); status(err) != http.StatusUnauthorized {
		t.Error(err)
	}
}

func ExampleGuard() {
	guard := &access.Guard{
		Admins: []string{"admin"},
		User:   func(*http.Request) (string, error) { return "mina", nil }, // a real one reads the session
	}
	r := httptest.NewRequest(http.MethodPost, "/admin/concerts", nil)
	name, err := guard.Buyer(r)
	fmt.Println(name, err)
	_, err = guard.Admin(r)
	fmt.Println(err)
	// Output:
	// mina <nil>
	// This is for administrators: Nothing was done; sign on as an administrator.
}
