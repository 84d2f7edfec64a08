package session_test

import (
	"bytes"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	"github.com/seosa-dev/saga/systems/session"
)

func Example() {
	sessions, err := session.New(session.Config{
		Key:      bytes.Repeat([]byte("k"), session.MinKey), // a service has LoadKey("shop.key")
		Accounts: session.Demo,
	})
	if err != nil {
		fmt.Println(err)
		return
	}

	// A shopper signs on …
	ask := httptest.NewRequest("POST", "/session", strings.NewReader(`{"user":"j2ee","password":"j2ee"}`))
	ask.Header.Set("Content-Type", "application/json")
	answer := httptest.NewRecorder()
	sessions.Handler().ServeHTTP(answer, ask)
	fmt.Println(answer.Code)

	// … and a controller of another route knows who asks.
	orders := func(r *http.Request) string {
		user, err := sessions.User(r)
		if errors.Is(err, session.ErrNone) {
			return sessions.Problem(err).Title
		}
		return "orders of " + user
	}
	r := httptest.NewRequest("GET", "/orders", nil)
	fmt.Println(orders(r))
	r.AddCookie(answer.Result().Cookies()[0])
	fmt.Println(orders(r))
	// Output:
	// 204
	// Nobody has signed on
	// orders of j2ee
}
