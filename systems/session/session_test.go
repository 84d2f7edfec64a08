package session_test

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/seosa-dev/saga/systems/session"
)

func newSessions(t testing.TB, change func(*session.Config)) *session.Sessions {
	t.Helper()
	config := session.Config{Key: bytes.Repeat([]byte("k"), session.MinKey), Accounts: session.Demo}
	if change != nil {
		change(&config)
	}
	s, err := session.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// signOn returns the cookie that a user gets.
func signOn(t testing.TB, s *session.Sessions, user string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	if err := s.SignOn(w, user); err != nil {
		t.Fatal(err)
	}
	cookies := w.Result().Cookies()
	if len(cookies) != 1 || cookies[0].Name != s.Cookie() {
		t.Fatalf("got the cookies %v", cookies)
	}
	return cookies[0]
}

// cookie is that of sessions without a name of their own.
const cookie = "shop_session"

func requestWith(values ...string) *http.Request {
	r := httptest.NewRequest("GET", "/", nil)
	for _, value := range values {
		r.Header.Add("Cookie", cookie+"="+value)
	}
	return r
}

func wantUser(t *testing.T, s *session.Sessions, r *http.Request, want string) {
	t.Helper()
	if user, err := s.User(r); err != nil || user != want {
		t.Errorf("got %q %v, want %q", user, err, want)
	}
}

func wantError(t *testing.T, s *session.Sessions, r *http.Request, want error) {
	t.Helper()
	if user, err := s.User(r); !errors.Is(err, want) || user != "" {
		t.Errorf("cookies %q: got %q %v, want %v", r.Header["Cookie"], user, err, want)
	}
}

func TestASessionSaysWhoAsks(t *testing.T) {
	t.Parallel()
	s := newSessions(t, nil)
	for _, user := range []string{"j2ee", "x", strings.Repeat("m", session.MaxUser), `!"#;,\~=.`} {
		wantUser(t, s, requestWith(signOn(t, s, user).Value), user)
	}
	wantError(t, s, requestWith(), session.ErrNone)
}

func TestASessionSurvivesARestart(t *testing.T) {
	t.Parallel()
	cookie := signOn(t, newSessions(t, nil), "j2ee")
	wantUser(t, newSessions(t, nil), requestWith(cookie.Value), "j2ee")
	other := newSessions(t, func(c *session.Config) { c.Key = bytes.Repeat([]byte("o"), session.MinKey) })
	wantError(t, other, requestWith(cookie.Value), session.ErrInvalid)
}

func TestTheCookieStaysWithTheShop(t *testing.T) {
	t.Parallel()
	c := signOn(t, newSessions(t, nil), "j2ee")
	if !c.HttpOnly || !c.Secure || c.SameSite != http.SameSiteLaxMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 24*60*60 {
		t.Errorf("got %+v", c)
	}
	plain := newSessions(t, func(c *session.Config) { c.Insecure, c.Lifetime = true, time.Minute })
	if c := signOn(t, plain, "j2ee"); c.Secure || !c.HttpOnly || c.MaxAge != 60 {
		t.Errorf("insecure: got %+v", c)
	}
	w := httptest.NewRecorder()
	plain.SignOff(w)
	if c := w.Result().Cookies(); len(c) != 1 || c[0].MaxAge >= 0 || c[0].Value != "" || c[0].Path != "/" {
		t.Errorf("signed off: got %v", c)
	}
}

func TestASessionEnds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := newSessions(t, func(c *session.Config) { c.Lifetime = time.Hour })
		r := requestWith(signOn(t, s, "j2ee").Value)
		<-time.After(time.Hour - time.Second)
		wantUser(t, s, r, "j2ee")
		<-time.After(time.Second)
		wantError(t, s, r, session.ErrInvalid)
	})
}

func TestAForgedSessionIsRefused(t *testing.T) {
	t.Parallel()
	s := newSessions(t, nil)
	mine := signOn(t, s, "j2ee").Value
	content, mac, _ := strings.Cut(mine, ".")
	otherContent, otherMAC, _ := strings.Cut(signOn(t, s, "ACID").Value, ".")
	for name, values := range map[string][]string{
		"empty": {""}, "a name": {"j2ee"}, "no signature": {content}, "an empty signature": {content + "."},
		"a foreign signature": {content + "." + otherMAC}, "foreign content": {otherContent + "." + mac},
		"more": {mine + "A"}, "padding": {mine + "="}, "less": {mine[:len(mine)-1]}, "a third part": {mine + "." + mac},
		"the other alphabet": {strings.NewReplacer("-", "+", "_", "/").Replace(mine) + "+"},
		"too long":           {strings.Repeat("A", 4000) + "." + mac}, "nobody": {"AAAAAAAAAAA." + mac},
		"two cookies": {mine, mine},
	} {
		t.Log(name)
		wantError(t, s, requestWith(values...), session.ErrInvalid)
	}
	for i := range mine {
		changed := []byte(mine)
		changed[i] ^= 1
		wantError(t, s, requestWith(string(changed)), session.ErrInvalid)
	}
	wantUser(t, s, requestWith(mine), "j2ee")
}

func TestOnlyUsersHaveSessions(t *testing.T) {
	t.Parallel()
	s := newSessions(t, nil)
	for _, user := range []string{"", " ", "a b", "a\n", "é", "a\x00", "\x7f", strings.Repeat("m", session.MaxUser+1)} {
		w := httptest.NewRecorder()
		if err := s.SignOn(w, user); !errors.Is(err, session.ErrInvalid) || len(w.Header()) > 0 {
			t.Errorf("%q: got %v and %v", user, err, w.Header())
		}
	}
}

func TestABadConfigIsRefused(t *testing.T) {
	t.Parallel()
	for name, config := range map[string]session.Config{
		"no key":      {},
		"a short key": {Key: make([]byte, session.MinKey-1)},
		"no lifetime": {Key: make([]byte, session.MinKey), Lifetime: time.Millisecond},
		"backwards":   {Key: make([]byte, session.MinKey), Lifetime: -time.Hour},
		"an odd name": {Key: make([]byte, session.MinKey), Name: "the shop"},
	} {
		if s, err := session.New(config); err == nil || s != nil || !strings.Contains(err.Error(), "give at least") {
			t.Errorf("%s: got %v %v", name, s, err)
		}
	}
}

func TestSystemsWithOneKeyHaveSessionsOfTheirOwn(t *testing.T) {
	t.Parallel()
	shop, tickets := newSessions(t, nil), newSessions(t, func(c *session.Config) { c.Name = "ticketing" })
	c := signOn(t, tickets, "j2ee")
	if c.Name != "ticketing_session" || tickets.Cookie() != c.Name || shop.Cookie() != cookie {
		t.Errorf("the cookies are %s, %s and %s", c.Name, tickets.Cookie(), shop.Cookie())
	}
	r := httptest.NewRequest("GET", "/", nil)
	r.AddCookie(c)
	wantUser(t, tickets, r, "j2ee")
	wantError(t, shop, r, session.ErrNone)
	wantError(t, shop, requestWith(c.Value), session.ErrInvalid)
	if p := tickets.Problem(session.ErrNone); p.Type != "urn:problem-type:ticketing:no-session" {
		t.Errorf("got %+v", p)
	}
}

func TestTheKeyIsTheServicesOwn(t *testing.T) {
	t.Parallel()
	given := bytes.Repeat([]byte("k"), session.MinKey)
	s := newSessions(t, func(c *session.Config) { c.Key = given })
	r := requestWith(signOn(t, s, "j2ee").Value)
	given[0] = 'x'
	wantUser(t, s, r, "j2ee")
}

// No cookie value but the one that was issued is accepted, however close it comes.
func FuzzOnlyIssuedSessionsAreAccepted(f *testing.F) {
	s := newSessions(f, nil)
	issued := signOn(f, s, "j2ee").Value
	f.Add("", 0, byte('A'), 1)
	f.Add("AAAA.AAAA", 20, byte('.'), 0)
	f.Add(`"`, 1000, byte('='), 2)
	f.Fuzz(func(t *testing.T, raw string, at int, b byte, cut int) {
		at, cut = min(max(at, 0), len(issued)), min(max(cut, 0), 3)
		rest := issued[min(at+cut, len(issued)):]
		for _, value := range []string{raw, issued[:at] + string([]byte{b}) + rest, issued[:at] + rest, issued[:at] + raw + rest, raw + issued} {
			r := requestWith(value)
			user, err := s.User(r)
			// What net/http reads from the header is the value, without the quotes that it may have.
			read, readErr := r.Cookie(s.Cookie())
			if err == nil && (readErr != nil || read.Value != issued || user != "j2ee") {
				t.Errorf("%q is accepted as a session of %q", value, user)
			}
			if err != nil && !errors.Is(err, session.ErrInvalid) && !errors.Is(err, session.ErrNone) {
				t.Errorf("%q: %v", value, err)
			}
		}
	})
}
