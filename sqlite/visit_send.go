package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"net/url"
	"time"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// sendWithin is how long a visitor tries to get a word in while another process writes.
const sendWithin = 3 * time.Second

// visitWrites is the connection over which a visitor sends. Moving the log into the file is left to
// the other process.
func visitWrites(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, url.Values{
		"mode":          {"rw"},
		"_busy_timeout": {"0"},
		"_pragma":       {"synchronous(FULL)", "fullfsync(1)", "wal_autocheckpoint(0)"},
	}))
	if err == nil {
		db.SetMaxOpenConns(1)
	}
	return db, err
}

// send runs fn to write commands, which is all that a visitor writes.
func (s *Store) send(ctx context.Context, fn func(ctx context.Context, w *writer) error) error {
	if !s.visiting {
		return s.write(ctx, fn)
	}
	return s.inTurn(ctx, func() error {
		// SQLite's own wait looks less and less often, and a process that writes without a pause
		// leaves gaps of less than a millisecond.
		for end := time.Now().Add(sendWithin); ; {
			err := s.sendOnce(context.WithoutCancel(ctx), fn)
			if !isBusy(err) || time.Now().After(end) {
				return advise(err)
			}
			if !wait(ctx, time.Millisecond) {
				return ctx.Err()
			}
		}
	})
}

func (s *Store) sendOnce(ctx context.Context, fn func(ctx context.Context, w *writer) error) (err error) {
	if s.w == nil {
		if s.w, err = prepareWriter(ctx, s.writes); err != nil {
			return err
		}
	}
	return fn(ctx, s.w)
}

func isBusy(err error) bool {
	var e *driver.Error
	return errors.As(err, &e) && e.Code()&0xff == codes.SQLITE_BUSY
}

// wait reports whether the time passed before ctx ended.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
