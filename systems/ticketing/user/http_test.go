package user_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/user"
)

// Everything that the document promises is shown here once; the fixture holds each exchange of all the
// tests against it.
func TestEverythingDocumentedIsShown(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 0)
	huge := `{"name":"` + strings.Repeat("x", 64<<10) + `"}`
	gone := d.user("gone", 0)
	for _, c := range []struct {
		cookie             *http.Cookie
		status             int
		method, path, body string
		headers            []string
	}{
		{nil, 200, "GET", "/healthz", "", nil},
		{nil, 201, "POST", "/users", `{"name":"jun","displayName":"준","password":"longenough"}`, nil},
		{nil, 409, "POST", "/users", `{"name":"jun","password":"longenough"}`, nil},
		{nil, 400, "POST", "/users", `{"name":"two words","password":"longenough"}`, nil},
		{nil, 400, "POST", "/users", `{"name":"short","password":"seven77"}`, nil},
		{nil, 400, "POST", "/users", `{"name":"other","password":"longenough","admin":true}`, nil},
		{nil, 413, "POST", "/users", huge, nil},
		{nil, 415, "POST", "/users", `{}`, []string{"Content-Type", "text/plain"}},
		{nil, 401, "POST", "/session", `{"user":"jun","password":"wrong"}`, nil},
		{nil, 401, "POST", "/session", `{"user":"nobody","password":"longenough"}`, nil},
		{nil, 400, "POST", "/session", `{`, nil},
		{nil, 413, "POST", "/session", huge, nil},
		{nil, 415, "POST", "/session", `{}`, []string{"Content-Type", "text/plain"}},
		{mina, 200, "GET", "/session", "", nil},
		{nil, 401, "GET", "/session", "", nil},
		{nil, 204, "DELETE", "/session", "", nil},
		{mina, 200, "GET", "/users/me", "", nil},
		{nil, 401, "GET", "/users/me", "", nil},
		{mina, 200, "GET", "/balance?limit=100&after=7", "", nil},
		{mina, 400, "GET", "/balance?limit=101", "", nil},
		{mina, 400, "GET", "/balance?limit=0", "", nil},
		{mina, 400, "GET", "/balance?after=x", "", nil},
		{nil, 401, "GET", "/balance", "", nil},
		{mina, 201, "POST", "/balance/charges", `{"amount":1000}`, key("k")},
		{mina, 422, "POST", "/balance/charges", `{"amount":1001}`, key("k")},
		{mina, 400, "POST", "/balance/charges", `{"amount":1000001}`, key("l")},
		{mina, 400, "POST", "/balance/charges", `{"amount":0}`, key("l")},
		{mina, 400, "POST", "/balance/charges", `{"amount":1.5}`, key("l")},
		{mina, 400, "POST", "/balance/charges", `{"amount":1000}`, nil},
		{mina, 400, "POST", "/balance/charges", `{"amount":1000}`, append(key("l"), key("m")...)},
		{mina, 413, "POST", "/balance/charges", huge, key("l")},
		{mina, 415, "POST", "/balance/charges", `{}`, append(key("l"), "Content-Type", "text/plain")},
		{nil, 401, "POST", "/balance/charges", `{"amount":1000}`, key("l")},
		{mina, 200, "GET", "/notifications", "", nil},
		{mina, 400, "GET", "/notifications?limit=-1", "", nil},
		{nil, 401, "GET", "/notifications", "", nil},
		{nil, 405, "PUT", "/balance", "", nil},
		{nil, 404, "GET", "/nothing", "", nil},
	} {
		d.send(c.cookie, c.method, c.path, c.body, c.headers...).wants(t, c.status)
	}
	db := d.db()
	defer db.Close()
	must(t, db.Change(t.Context(), exec(`delete from balance where user = 'gone'`)))
	must(t, db.Change(t.Context(), exec(`delete from users where name = 'gone'`)))
	d.send(gone, "GET", "/users/me", "").refuses(t, 404, user.UnknownUser)
	d.send(gone, "GET", "/balance", "").refuses(t, 404, user.UnknownUser)
	d.charge(gone, 1, "k").refuses(t, 404, user.UnknownUser)
	for n := range user.MaxBalance/user.MaxCharge - 1 {
		d.charge(mina, user.MaxCharge, fmt.Sprint("full-", n)).wants(t, 201)
	}
	d.charge(mina, user.MaxCharge, "over").refuses(t, 409, user.BalanceLimit)
	if unseen := d.checked.Unseen(); len(unseen) > 0 {
		t.Errorf("documented and never shown:\n%s", strings.Join(unseen, "\n"))
	}
}

func key(k string) []string { return []string{"Idempotency-Key", k} }

func TestWhoRegistersCanSignOn(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	a := d.send(nil, "POST", "/users", `{"name":"mina","displayName":" 김미나 ","password":"`+password+`"}`)
	if a.wants(t, 201); strings.Contains(a.text, password) || a.header.Get("Location") != "/users/me" {
		t.Errorf("got %s %v", a.text, a.header)
	}
	mina := d.signOn("mina", password)
	var got user.Profile
	d.send(mina, "GET", "/users/me", "").wants(t, 200).into(t, &got)
	if got != (user.Profile{Name: "mina", DisplayName: "김미나", Created: at}) {
		t.Errorf("got %+v", got)
	}
	if mina.Name != "ticketing_session" || !mina.HttpOnly || !mina.Secure {
		t.Errorf("the cookie is %v", mina)
	}
	d.restart() // a session outlives the service
	d.send(mina, "GET", "/users/me", "").wants(t, 200)
	name, err := d.service.Sessions().User(requestWith(mina))
	if err != nil || name != "mina" {
		t.Error(name, err)
	}
	mina.Value += "x"
	d.send(mina, "GET", "/users/me", "").refuses(t, 401, "invalid-session")
}

func requestWith(cookie *http.Cookie) *http.Request {
	r := &http.Request{Header: http.Header{}}
	r.AddCookie(cookie)
	return r
}

// A double click is one charge, with one answer.
func TestADoubleClickChargesOnce(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 0)
	const clicks = 8
	var answers [clicks]answer
	var all sync.WaitGroup
	for n := range clicks {
		all.Go(func() { answers[n] = d.charge(mina, 50_000, "click") })
	}
	all.Wait()
	for _, a := range answers {
		if a.status != http.StatusCreated || a.text != answers[0].text {
			t.Errorf("got %d %s and %d %s", a.status, a.text, answers[0].status, answers[0].text)
		}
	}
	d.charge(mina, 1, "other").wants(t, 201)
	if again := d.charge(mina, 50_000, "click"); again.text != answers[0].text {
		t.Errorf("later the answer is %s, and was %s", again.text, answers[0].text)
	}
	d.charge(mina, 50_001, "click").refuses(t, 422, user.KeyReused)
	d.wantBalance(mina, 50_001)
}

func TestAStatementIsReadPageByPage(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina, jun := d.user("mina", 0), d.user("jun", 0)
	for n := range 5 {
		d.charge(mina, int64(n+1), fmt.Sprint("m", n)).wants(t, 201)
		d.charge(jun, 9, fmt.Sprint("j", n)).wants(t, 201)
	}
	var amounts []int64
	for query, pages := "?limit=2", 0; ; pages++ {
		page := d.statement(mina, query)
		for _, e := range page.Entries {
			amounts = append(amounts, e.Amount)
		}
		if page.Amount != 15 || len(page.Entries) > 2 || pages > 2 {
			t.Fatalf("page %d is %+v", pages, page)
		}
		if page.Next == 0 {
			break
		}
		query = fmt.Sprintf("?limit=2&after=%d", page.Next)
	}
	if fmt.Sprint(amounts) != "[5 4 3 2 1]" {
		t.Errorf("got %v", amounts)
	}
}

// A failure promises nothing, and shows nothing of what is inside.
func TestAFailureSaysThatNothingIsKnown(t *testing.T) {
	t.Parallel()
	d := open(t, nil)
	mina := d.user("mina", 10)
	db := d.db()
	defer db.Close()
	must(t, db.Change(t.Context(), exec(`alter table balance_ledger rename to elsewhere`)))
	must(t, db.Change(t.Context(), exec(`alter table notification rename to elsewhere_too`)))
	d.charge(mina, 5, "k").refuses(t, 500, "internal")
	d.send(mina, "GET", "/balance", "").refuses(t, 500, "internal")
	d.send(mina, "GET", "/notifications", "").refuses(t, 500, "internal")
	must(t, db.Change(t.Context(), exec(`alter table elsewhere rename to balance_ledger`)))
	d.wantBalance(mina, 10) // what failed half-way left nothing
	d.charge(mina, 5, "k").wants(t, 201)
	must(t, db.Change(t.Context(), exec(`alter table users rename to lost`)))
	d.send(nil, "POST", "/session", `{"user":"mina","password":"`+password+`"}`).refuses(t, 401, "not-signed-on")
}
