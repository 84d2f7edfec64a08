package racetest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
	"github.com/seosa-dev/saga/systems/ticketing/platform"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/user"
)

const (
	limit    = 50 // buyers that may be in at once
	price    = 50_000
	charged  = 100_000
	password = "correct horse"
	concert  = 1 // and its date, the first of each
	patience = 20 * time.Minute
)

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// city is a platform in this process, and who looks at its files.
type city struct {
	p     *platform.Platform
	books *audit.Books
	line  *sql.DB // the queue's file
}

func openCity(t *testing.T, seats int) *city {
	t.Helper()
	folder := t.TempDir()
	p, err := platform.Open(t.Context(), platform.Config{
		Folder: folder, Iterations: 1, Admin: user.Admin{Name: "admin", Password: password},
		Logger: slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: slog.LevelError})),
		Rule:   queue.Rule{Limit: limit}, Wait: time.Minute, HoldFor: time.Hour,
	})
	must(t, err)
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 1)
	go func() { ended <- p.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		must(t, errors.Join(<-ended, p.Close()))
	})
	c := &city{p: p}
	c.books, err = audit.Open(t.Context(), audit.Config{Folder: folder, Limit: limit})
	must(t, err)
	t.Cleanup(func() { _ = c.books.Close() })
	c.line = watchLine(t, filepath.Join(folder, "queue.db"))
	c.opens(t, seats)
	return c
}

// watchLine has the queue's file note each admission: whose it was, and how many were active then.
func watchLine(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=busy_timeout(60000)")
	must(t, err)
	t.Cleanup(func() { _ = db.Close() })
	_, err = db.ExecContext(t.Context(), `
		create table race_admission (number integer primary key autoincrement, seq integer not null, active integer not null);
		create trigger race_admitted after update of status on queue_token when new.status = 'ACTIVE'
		begin
			insert into race_admission (seq, active) select new.seq, count(*) from queue_token where concert = new.concert and status = 'ACTIVE';
		end`)
	must(t, err)
	return db
}

// opens makes a concert of one date and waits until everybody knows of it.
func (c *city) opens(t *testing.T, seats int) {
	t.Helper()
	admin := &buyer{c: c, name: "admin", cookie: c.session(t, "admin"), clicks: 1}
	at := time.Now()
	got := admin.send(t.Context(), "POST", "/admin/concerts", fmt.Sprintf(
		`{"title":"Spring","schedules":[{"concertAt":%q,"reservationAvailableAt":%q,"seats":%d,"price":%d}]}`,
		at.Add(240*time.Hour).Format(time.RFC3339), at.Add(-time.Hour).Format(time.RFC3339), seats, price), "concert-1")
	if got.status != http.StatusCreated {
		t.Fatalf("the concert was not made: %d %s", got.status, got.body)
	}
	c.quiet(t)
}

// session signs somebody on without a password.
func (c *city) session(t *testing.T, name string) *http.Cookie {
	t.Helper()
	w := httptest.NewRecorder()
	must(t, c.p.Users.Sessions().SignOn(w, name))
	return w.Result().Cookies()[0]
}

// crowd registers buyers, with money. A few at once, as each is a commit.
func (c *city) crowd(t *testing.T, size, clicks int) []*buyer {
	t.Helper()
	all := make([]*buyer, size)
	var rooms sync.WaitGroup
	next := make(chan int)
	for range 8 {
		rooms.Go(func() {
			for i := range next {
				b := all[i]
				b.wants(t, http.StatusCreated, "POST", "/users", fmt.Sprintf(`{"name":%q,"displayName":%q,"password":%q}`, b.name, b.name, password))
				b.wants(t, http.StatusCreated, "POST", "/balance/charges", fmt.Sprintf(`{"amount":%d}`, charged))
			}
		})
	}
	for i := range all {
		name := fmt.Sprintf("buyer%04d", i+1)
		all[i] = &buyer{c: c, name: name, cookie: c.session(t, name), clicks: clicks, patient: max(time.Second, time.Duration(size)*10*time.Millisecond)}
		next <- i
	}
	close(next)
	rooms.Wait()
	if t.Failed() {
		t.FailNow()
	}
	return all
}

// check wants no violation, whether anything is under way or not.
func (c *city) check(t *testing.T) audit.Report {
	t.Helper()
	got, err := c.books.Check(t.Context())
	must(t, err)
	for _, v := range got.Violations {
		t.Errorf("%s: %s", v.Invariant, v.Text)
	}
	if t.Failed() {
		t.FailNow()
	}
	return got
}

// quiet waits until nothing is under way.
func (c *city) quiet(t *testing.T) audit.Report {
	t.Helper()
	for deadline := time.After(patience); ; {
		got := c.check(t)
		if got.Quiet {
			return got
		}
		select {
		case <-deadline:
			t.Fatalf("it does not come to rest: %s", strings.Join(got.NotQuiet, "; "))
		case <-time.After(20 * time.Millisecond):
		}
	}
}
