package user_test

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/internal/openapi"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const password = "correct horse"

// nowhere takes no message: what a service tells stays in its outbox, where tests read it.
type nowhere struct{}

func (nowhere) Publish(context.Context, message.Message) error { return message.ErrUnavailable }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func silent() *slog.Logger { return slog.New(slog.DiscardHandler) }

// at is a time of the tests, as it is stored.
var at = time.Date(2026, 5, 1, 9, 0, 0, 0, time.UTC)

// desk is a user service behind its HTTP surface, every exchange of which is held against its document.
// When a test is over, each balance must be the sum of its ledger.
type desk struct {
	t       testing.TB
	file    string
	config  user.Config
	service *user.UserService
	checked *openapi.Checker
	handler http.Handler // what is asked: checked
}

func open(t testing.TB, change func(*user.Config)) *desk {
	t.Helper()
	d := &desk{t: t, file: filepath.Join(t.TempDir(), "user.db")}
	d.config = user.Config{
		Path: d.file, Publisher: nowhere{}, SessionKey: []byte("a key for tests, of 32 bytes min"), Iterations: 1,
		Logger: silent(), Now: func() time.Time { return at },
	}
	if change != nil {
		change(&d.config)
	}
	d.start()
	t.Cleanup(func() {
		d.wantBooks()
		must(t, d.service.Close())
	})
	return d
}

func (d *desk) start() {
	d.t.Helper()
	var err error
	d.service, err = user.New(d.t.Context(), d.config)
	must(d.t, err)
	d.checked = openapi.Check(d.t, user.NewController(d.service))
	d.handler = d.checked
}

// restart ends the service and begins it anew on the same file.
func (d *desk) restart() {
	d.t.Helper()
	must(d.t, d.service.Close())
	d.start()
}

// db is the service's file as an outsider sees it.
func (d *desk) db() *sqlite.DB {
	d.t.Helper()
	db, err := sqlite.OpenDatabase(context.WithoutCancel(d.t.Context()), d.file)
	must(d.t, err)
	return db
}

// wantBooks checks that each balance is the sum of its ledger, and not below zero.
func (d *desk) wantBooks() {
	d.t.Helper()
	db := d.db()
	defer db.Close()
	wantBooks(d.t, db)
}

func wantBooks(t testing.TB, db *sqlite.DB) {
	t.Helper()
	rows, err := db.Read.QueryContext(context.WithoutCancel(t.Context()), `
		select b.user, b.amount, coalesce(sum(case l.kind when 'DEBIT' then -l.amount else l.amount end), 0)
		from balance b left join balance_ledger l on l.user = b.user group by b.user, b.amount`)
	must(t, err)
	defer rows.Close()
	for rows.Next() {
		var name string
		var amount, sum int64
		must(t, rows.Scan(&name, &amount, &sum))
		if amount != sum || amount < 0 {
			t.Errorf("%s has %d won, and the ledger says %d", name, amount, sum)
		}
	}
	must(t, rows.Err())
}

// answer is what came over HTTP.
type answer struct {
	status int
	text   string
	header http.Header
}

func (a answer) into(t testing.TB, v any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.text), v); err != nil {
		t.Fatalf("%d %s: %v", a.status, a.text, err)
	}
}

func (a answer) wants(t testing.TB, status int) answer {
	t.Helper()
	if a.status != status {
		t.Errorf("got %d %s, want %d", a.status, a.text, status)
	}
	return a
}

// refuses wants a problem of the system.
func (a answer) refuses(t testing.TB, status int, code string) {
	t.Helper()
	var p struct{ Type, Title, Detail string }
	a.wants(t, status).into(t, &p)
	if p.Type != "urn:problem-type:ticketing:"+code || p.Title == "" || p.Detail == "" {
		t.Errorf("got %s, want %s", a.text, code)
	}
}

// send asks as whoever the cookie says; headers are names and values.
func (d *desk) send(cookie *http.Cookie, method, path, body string, headers ...string) answer {
	r := httptest.NewRequestWithContext(d.t.Context(), method, path, strings.NewReader(body))
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for pair := range slices.Chunk(headers, 2) {
		if pair[0] == "Content-Type" {
			r.Header.Del(pair[0])
		}
		r.Header.Add(pair[0], pair[1])
	}
	if cookie != nil {
		r.AddCookie(cookie)
	}
	w := httptest.NewRecorder()
	d.handler.ServeHTTP(w, r)
	text, _ := io.ReadAll(w.Body)
	return answer{w.Code, string(text), w.Result().Header}
}

// user registers somebody, who has charged an amount, and signs them on.
func (d *desk) user(name string, amount int64) *http.Cookie {
	d.t.Helper()
	d.send(nil, "POST", "/users", `{"name":"`+name+`","displayName":"","password":"`+password+`"}`).wants(d.t, http.StatusCreated)
	cookie := d.signOn(name, password)
	if amount > 0 {
		d.charge(cookie, amount, "first").wants(d.t, http.StatusCreated)
	}
	return cookie
}

func (d *desk) signOn(name, word string) *http.Cookie {
	d.t.Helper()
	a := d.send(nil, "POST", "/session", `{"user":"`+name+`","password":"`+word+`"}`).wants(d.t, http.StatusNoContent)
	cookies, err := http.ParseSetCookie(a.header.Get("Set-Cookie"))
	must(d.t, err)
	return cookies
}

func (d *desk) charge(cookie *http.Cookie, amount int64, key string) answer {
	return d.send(cookie, "POST", "/balance/charges", `{"amount":`+strconv.FormatInt(amount, 10)+`}`, "Idempotency-Key", key)
}

// statement is what the user sees of the balance.
func (d *desk) statement(cookie *http.Cookie, query string) (st user.Statement) {
	d.t.Helper()
	d.send(cookie, "GET", "/balance"+query, "").wants(d.t, http.StatusOK).into(d.t, &st)
	return st
}

func (d *desk) wantBalance(cookie *http.Cookie, want int64) {
	d.t.Helper()
	if got := d.statement(cookie, "").Amount; got != want {
		d.t.Errorf("the balance is %d, want %d", got, want)
	}
}

// wantRefusal checks the code of what a manager says.
func wantRefusal(t testing.TB, err error, code string) {
	t.Helper()
	if r, refused := errors.AsType[*participant.Refusal](err); !refused || r.Code != code || r.Detail == "" {
		t.Errorf("got %v, want %s", err, code)
	}
}

// till is a manager over a database without a service, as the monolith has it.
type till struct {
	user.UserManager

	t  testing.TB
	db *sqlite.DB
}

func newTill(t testing.TB, names ...string) *till {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "till.db"))
	must(t, err)
	t.Cleanup(func() {
		wantBooks(t, db)
		must(t, db.Close())
	})
	must(t, user.Migrate(t.Context(), db))
	l := &till{UserManager: user.UserManager{Now: func() time.Time { return at }}, t: t, db: db}
	hash, err := user.HashPassword(password, 1)
	must(t, err)
	for _, name := range names {
		must(t, l.in(func(ctx context.Context, tx *sql.Tx) error {
			_, err := l.Register(ctx, tx, user.Account{Name: name, PasswordHash: hash})
			return err
		}))
	}
	return l
}

// in runs fn in a transaction.
func (l *till) in(fn func(context.Context, *sql.Tx) error) error {
	return l.db.Change(l.t.Context(), fn)
}

func (l *till) charge(name string, amount int64, key string) (e user.Entry, err error) {
	err = l.in(func(ctx context.Context, tx *sql.Tx) (err error) {
		e, err = l.Charge(ctx, tx, name, amount, key)
		return err
	})
	return e, err
}

func (l *till) debit(name string, amount int64, payment string) (e user.Entry, err error) {
	err = l.in(func(ctx context.Context, tx *sql.Tx) (err error) {
		e, err = l.Debit(ctx, tx, name, amount, payment)
		return err
	})
	return e, err
}

func (l *till) refund(payment string) (amount int64) {
	l.t.Helper()
	must(l.t, l.in(func(ctx context.Context, tx *sql.Tx) (err error) {
		amount, err = l.Refund(ctx, tx, payment)
		return err
	}))
	return amount
}

func (l *till) wantBalance(name string, want int64) {
	l.t.Helper()
	if got, err := l.Balance(l.t.Context(), l.db.Read, name); err != nil || got != want {
		l.t.Errorf("the balance is %d %v, want %d", got, err, want)
	}
}
