package queue_test

import (
	"context"
	"database/sql"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/queue"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// A program with everything in one transaction: what the manager did is rolled back with the rest.
func TestTheManagerWorksInTheCallersTransaction(t *testing.T) {
	t.Parallel()
	db, err := sqlite.OpenDatabase(t.Context(), filepath.Join(t.TempDir(), "all.db"))
	must(t, err)
	t.Cleanup(func() { db.Close() })
	for range 2 {
		must(t, queue.Migrate(t.Context(), db))
	}
	var m queue.QueueManager
	now := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	change := func(fn func(ctx context.Context, tx *sql.Tx) error) error { return db.Change(t.Context(), fn) }
	stands := func(token string) (s string) {
		t.Helper()
		must(t, change(func(ctx context.Context, tx *sql.Tx) error {
			p, err := m.Look(ctx, tx, token, now)
			s = string(p.Status)
			return err
		}))
		return s
	}
	must(t, change(func(ctx context.Context, tx *sql.Tx) error {
		_, first := m.Enter(ctx, tx, "t-ann", "ann", 1, now)
		_, second := m.Enter(ctx, tx, "t-bob", "bob", 1, now)
		admitted, third := m.Admit(ctx, tx, 1, queue.Rule{Limit: 1}, now)
		if len(admitted) != 1 || admitted[0].Token != "t-ann" {
			t.Errorf("admitted %+v", admitted)
		}
		return errors.Join(first, second, third)
	}))
	broke := errors.New("the concert could not be updated")
	err = change(func(ctx context.Context, tx *sql.Tx) error {
		p, err := m.Complete(ctx, tx, "t-ann", "ann", 1, "payment-1", now)
		if err != nil || p.Status != line.Completed {
			t.Errorf("%+v %v", p, err)
		}
		return broke
	})
	if !errors.Is(err, broke) || stands("t-ann") != "ACTIVE" {
		t.Errorf("it stands at %s; %v", stands("t-ann"), err)
	}
	for _, c := range []struct {
		token, user string
		concert     int64
		want        error
	}{{"none", "ann", 1, line.ErrUnknown}, {"t-ann", "bob", 1, line.ErrForeign}, {"t-ann", "ann", 2, line.ErrForeign}} {
		err := change(func(ctx context.Context, tx *sql.Tx) error {
			_, err := m.Complete(ctx, tx, c.token, c.user, c.concert, "payment-2", now)
			return err
		})
		if !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	must(t, change(func(ctx context.Context, tx *sql.Tx) error {
		_, first := m.Complete(ctx, tx, "t-ann", "ann", 1, "payment-1", now)
		_, second := m.Restore(ctx, tx, "t-ann", "payment-1", now)
		return errors.Join(first, second)
	}))
	if s := stands("t-ann"); s != "ACTIVE" {
		t.Errorf("after Restore it is %s", s)
	}
}

func TestAServiceNeedsAPublisher(t *testing.T) {
	t.Parallel()
	if _, err := queue.New(t.Context(), queue.Config{Path: filepath.Join(t.TempDir(), "queue.db")}); err == nil {
		t.Error("it was opened without one")
	}
	if _, err := queue.New(t.Context(), queue.Config{Path: filepath.Join(t.TempDir(), "q.db"), Publisher: nowhere{}, Redis: "here"}); err == nil {
		t.Error("it was opened with an address that is none")
	}
}
