package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/seosa-dev/saga"
)

// limit is how long one call may take, whatever its context says. An answer that is later than this
// has been lost: the connection is given up, and what happened is unknown.
const limit = 30 * time.Second

// What the server says, by the codes of its manual.
const (
	uniqueViolation = "23505"
	checkViolation  = "23514"
	divisionByZero  = "22012"
	undefinedTable  = "42P01"
	noPrivilege     = "42501"
	lockTimeout     = "55P03"
)

var (
	errVisiting = errors.New("postgres: this store only visits the tables, to read them and to send commands; what else writes is for an engine, which opens them with Open")
	errClosed   = errors.New("postgres: store is closed")
	errTooLong  = fmt.Errorf("no answer within %v; look whether the server hangs, or whether MaxConns is too small: %w", limit, context.DeadlineExceeded)
)

// read runs one call that changes nothing.
func (s *Store) read(ctx context.Context, method string, fn func(ctx context.Context) error) error {
	return wrap(s.limited(ctx, fn), method)
}

// look runs one call of those who look at instances. They share half of the pool, so that however
// many look, and however long that takes, an engine has connections left to claim with.
func (s *Store) look(ctx context.Context, method string, fn func(ctx context.Context) error) error {
	return s.read(ctx, method, func(ctx context.Context) error {
		select {
		case s.looking <- struct{}{}:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
		defer func() { <-s.looking }()
		return fn(ctx)
	})
}

// write runs one call that a visitor may not make.
func (s *Store) write(ctx context.Context, method string, fn func(ctx context.Context) error) error {
	if s.visiting {
		return errVisiting
	}
	return s.read(ctx, method, fn)
}

// limited runs fn for as long as a call may take.
func (s *Store) limited(ctx context.Context, fn func(ctx context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if s.ended.Err() != nil {
		return errClosed
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, errTooLong)
	defer cancel()
	err := fn(ctx)
	if cause := context.Cause(ctx); err != nil && errors.Is(cause, errTooLong) {
		return fmt.Errorf("%w: %w", cause, err)
	}
	return err
}

// code is what the server calls an error, or "" if it is not the server's.
func code(err error) string {
	var e *pgconn.PgError
	if errors.As(err, &e) {
		return e.Code
	}
	return ""
}

// wrap says which method failed, and what can be done about it if that is known.
func wrap(err error, method string) error {
	switch {
	case err == nil, errors.Is(err, errClosed):
		return err
	case code(err) == undefinedTable:
		return fmt.Errorf("postgres: %s: the tables are not there any more; run: %s: %w", method, migrateCommand, err)
	case code(err) == noPrivilege:
		return fmt.Errorf("postgres: %s: the role of the URL lacks a right; to run or to look it needs usage on the schema and select, insert, update and delete on its tables, to migrate also create on the schema: %w", method, err)
	}
	return fmt.Errorf("postgres: %s: %w", method, err)
}

// sealed says why nothing was written.
func sealed(format string, args ...any) error {
	return fmt.Errorf("%w: %s", saga.ErrSealed, fmt.Sprintf(format, args...))
}

// pause reports whether the time passed before ctx ended.
func pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
