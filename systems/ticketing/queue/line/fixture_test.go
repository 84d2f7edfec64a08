package line_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

const concert = 7

// start is when tests begin.
var start = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// book is a database whose changes a test can get between.
type book struct {
	*sqlite.DB
	before, after func() error // of the next changes; nil: nothing
	changes       atomic.Int64
}

func (b *book) Change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	b.changes.Add(1)
	if b.before != nil {
		if err := b.before(); err != nil {
			return err
		}
	}
	err := b.DB.Change(ctx, fn)
	if err == nil && b.after != nil {
		err = b.after()
	}
	return err
}

func openBook(t *testing.T, path string) *book {
	t.Helper()
	db, err := sqlite.OpenDatabase(t.Context(), path)
	must(t, err)
	t.Cleanup(func() { db.Close() })
	must(t, line.Migrate(t.Context(), db))
	return &book{DB: db}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// waitingLine is a line, its book, and its clock.
type waitingLine struct {
	line.Line
	t    *testing.T
	book *book
	now  time.Time
	more func() line.Line // another instance on the same storage
}

// drivers runs a check against each driver, on a storage of its own.
func drivers(t *testing.T, check func(t *testing.T, w *waitingLine)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) {
		t.Parallel()
		path := filepath.Join(t.TempDir(), "queue.db")
		open := func(b *book) line.Line { return line.NewSQLite(b, b.Read, line.Book{}) }
		b := openBook(t, path)
		check(t, &waitingLine{Line: open(b), t: t, book: b, now: start, more: func() line.Line { return open(openBook(t, path)) }})
	})
	t.Run("redis", func(t *testing.T) {
		t.Parallel()
		check(t, onRedis(t, redistest.URL(t), redistest.Prefix(t)))
	})
}

func onRedis(t *testing.T, url, prefix string) *waitingLine {
	t.Helper()
	path := filepath.Join(t.TempDir(), "queue.db")
	open := func(b *book) line.Line {
		r, err := line.NewRedis(line.RedisConfig{
			URL: url, Prefix: prefix, Database: b, Read: b.Read, Timeout: 20 * time.Second, Logger: slog.New(slog.DiscardHandler),
		})
		must(t, err)
		t.Cleanup(func() { r.Close() })
		return r
	}
	b := openBook(t, path)
	return &waitingLine{Line: open(b), t: t, book: b, now: start, more: func() line.Line { return open(openBook(t, path)) }}
}

func (w *waitingLine) pass(d time.Duration) { w.now = w.now.Add(d) }

// enter puts users into the line; their tokens are "t-" and the name.
func (w *waitingLine) enter(users ...string) {
	w.t.Helper()
	for _, user := range users {
		p, err := w.Enter(w.t.Context(), "t-"+user, user, concert, w.now)
		must(w.t, err)
		if p.Token != "t-"+user || p.User != user || p.Concert != concert || p.Status != line.Waiting {
			w.t.Errorf("%s entered and got %+v", user, p)
		}
	}
}

func people(n int) []string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("user%03d", i)
	}
	return names
}

// admits lets in and returns who, as one text.
func (w *waitingLine) admits(rule line.Rule) string {
	w.t.Helper()
	admitted, err := w.Admit(w.t.Context(), concert, rule, w.now)
	must(w.t, err)
	var names []string
	for _, p := range admitted {
		if p.Status != line.Active || !p.ActiveUntil.Equal(w.now.Add(10*time.Minute)) || p.Position != 0 {
			w.t.Errorf("admitted: %+v", p)
		}
		names = append(names, p.User)
	}
	return strings.Join(names, " ")
}

func (w *waitingLine) wantAdmitted(rule line.Rule, want string) {
	w.t.Helper()
	if got := w.admits(rule); got != want {
		w.t.Errorf("%+v admitted %q, want %q", rule, got, want)
	}
}

// stands says where a user's token stands: "WAITING 3", "ACTIVE 0", or the error.
func (w *waitingLine) stands(user string) string {
	w.t.Helper()
	p, err := w.Look(w.t.Context(), "t-"+user, w.now)
	if errors.Is(err, line.ErrUnknown) {
		return "unknown"
	}
	must(w.t, err)
	return fmt.Sprint(p.Status, " ", p.Position)
}

func (w *waitingLine) want(want string, users ...string) {
	w.t.Helper()
	for _, user := range users {
		if got := w.stands(user); got != want {
			w.t.Errorf("%s stands at %s, want %s", user, got, want)
		}
	}
}

func (w *waitingLine) wantCounts(want line.Counts) {
	w.t.Helper()
	if got, err := w.Count(w.t.Context(), concert, w.now); err != nil || got != want {
		w.t.Errorf("counts are %+v, want %+v; %v", got, want, err)
	}
}

func (w *waitingLine) complete(user, by string) {
	w.t.Helper()
	p, err := w.Complete(w.t.Context(), "t-"+user, by, w.now)
	must(w.t, err)
	if p.Status != line.Completed {
		w.t.Errorf("completed: %+v", p)
	}
}

func (w *waitingLine) restore(user, by string) line.Place {
	w.t.Helper()
	p, err := w.Restore(w.t.Context(), "t-"+user, by, w.now)
	must(w.t, err)
	return p
}
