package session_test

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/session"
)

func ask(h http.Handler, method, contentType, body string, cookies ...*http.Cookie) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, "/session", strings.NewReader(body))
	if contentType != "" {
		r.Header.Set("Content-Type", contentType)
	}
	for _, c := range cookies {
		r.AddCookie(c)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w
}

func wantProblem(t *testing.T, name string, w *httptest.ResponseRecorder, status int, code string) {
	t.Helper()
	var got struct{ Type, Detail string }
	err := json.Unmarshal(w.Body.Bytes(), &got)
	if err != nil || w.Code != status || got.Type != "urn:problem-type:shop:"+code || got.Detail == "" {
		t.Errorf("%s: got %d %s, want %d %s", name, w.Code, w.Body, status, code)
	}
	if w.Header().Get("Set-Cookie") != "" || (w.Header().Get("WWW-Authenticate") != "") != (status == http.StatusUnauthorized) {
		t.Errorf("%s: header %v", name, w.Header())
	}
}

// The whole surface, and each exchange is as documented.
func TestSigningOnAndOff(t *testing.T) {
	t.Parallel()
	h := openapi.Check(t, newSessions(t, nil).Handler())
	const kind = "application/json"
	wantProblem(t, "before", ask(h, "GET", "", ""), 401, "no-session")
	for name, c := range map[string]struct {
		kind, body string
		status     int
		code       string
	}{
		"a wrong password": {kind, `{"user":"j2ee","password":"ACID"}`, 401, "not-signed-on"},
		"no password":      {kind, `{"user":"j2ee"}`, 401, "not-signed-on"},
		"nobody":           {kind, `{}`, 401, "not-signed-on"},
		"a bad name":       {kind, `{"user":"a b","password":"a b"}`, 401, "not-signed-on"},
		"an extra member":  {kind, `{"user":"j2ee","password":"j2ee","admin":true}`, 400, "invalid-request"},
		"no JSON":          {kind, `{"user"`, 400, "invalid-request"},
		"a form":           {"application/x-www-form-urlencoded", `user=j2ee&password=j2ee`, 415, "unsupported-media-type"},
		"too large":        {kind, `{"user":"` + strings.Repeat("j", 64<<10) + `"}`, 413, "too-large"},
	} {
		wantProblem(t, name, ask(h, "POST", c.kind, c.body), c.status, c.code)
	}
	w := ask(h, "POST", kind, `{"user":"j2ee","password":"j2ee"}`)
	cookies := w.Result().Cookies()
	if w.Code != http.StatusNoContent || len(cookies) != 1 || w.Body.Len() > 0 {
		t.Fatalf("signing on: got %d %v %s", w.Code, cookies, w.Body)
	}
	if w := ask(h, "GET", "", "", cookies[0]); w.Code != http.StatusOK || strings.TrimSpace(w.Body.String()) != `{"user":"j2ee"}` {
		t.Errorf("who: got %d %s", w.Code, w.Body)
	}
	cookies[0].Value += "x"
	wantProblem(t, "forged", ask(h, "GET", "", "", cookies[0]), 401, "invalid-session")
	for range 2 {
		w = ask(h, "DELETE", "", "")
		if c := w.Result().Cookies(); w.Code != http.StatusNoContent || len(c) != 1 || c[0].MaxAge >= 0 {
			t.Errorf("signing off: got %d %v", w.Code, c)
		}
	}
	if unseen := h.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown: %q", unseen)
	}
}

func TestWithoutAccountsNobodySignsOn(t *testing.T) {
	t.Parallel()
	s := newSessions(t, func(c *session.Config) { c.Accounts = nil })
	wantProblem(t, "no accounts", ask(s.Handler(), "POST", "application/json", `{"user":"j2ee","password":"j2ee"}`), 401, "not-signed-on")
}

func TestProblemsOfOtherErrors(t *testing.T) {
	t.Parallel()
	if p := newSessions(t, nil).Problem(errors.New("secret")); p.Status != 500 || strings.Contains(p.Error(), "secret") || p.Type != "urn:problem-type:shop:internal" {
		t.Errorf("got %+v", p)
	}
}

func TestDemoAccounts(t *testing.T) {
	t.Parallel()
	users := session.DemoUsers()
	if len(users) != 18 || users[0] != "j2ee" || users[1] != "ACID" || users[2] != "shopper01" || users[17] != "shopper16" {
		t.Errorf("got %q", users)
	}
	for _, user := range users {
		if !session.Demo(t.Context(), user, user) {
			t.Errorf("%s cannot sign on", user)
		}
	}
	for _, c := range [][2]string{
		{"", ""}, {"j2ee", ""}, {"j2ee", "ACID"}, {"ACID", "j2ee"}, {"J2EE", "J2EE"}, {"j2ee ", "j2ee "},
		{"shopper1", "shopper1"}, {"shopper17", "shopper17"}, {"shopper00", "shopper00"}, {"root", "root"},
	} {
		if session.Demo(t.Context(), c[0], c[1]) {
			t.Errorf("%q signs on with %q", c[0], c[1])
		}
	}
}
