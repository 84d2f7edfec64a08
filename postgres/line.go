package postgres

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
)

const (
	firstRetry = 50 * time.Millisecond
	lastRetry  = 500 * time.Millisecond // below the second that an absent process is given
	beat       = 30 * time.Second       // how often a line is tried out
	patience   = 5 * time.Second        // how long an answer on a line may take
)

// line is a connection that is no part of the pool and is kept up until ctx ends. What the server
// sends without being asked is read at once, so the end of a connection is noticed at once too.
type line struct {
	pool   *pgxpool.Pool // of the same server
	logger *slog.Logger
	name   string
	begin  func(ctx context.Context, conn *pgx.Conn) error // after each connection
	note   func()                                          // at each notification
	tick   func(ctx context.Context)                       // at each beat
	end    string                                          // a statement to leave with
}

// start connects for the first time, so that the caller knows whether it works at all.
func (l line) start(ctx context.Context) (*pgx.Conn, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	conn, err := l.connect(ctx)
	if err != nil {
		return nil, err
	}
	if err := l.begin(ctx, conn); err != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}

// connect makes a connection, or takes one of the pool's that is there: a server that has no room for
// another must not make a node look absent that works.
func (l line) connect(ctx context.Context) (*pgx.Conn, error) {
	conn, err := dial(ctx, l.pool)
	if err == nil || l.pool.Stat().IdleConns() == 0 {
		return conn, err
	}
	lent, lack := l.pool.Acquire(ctx)
	if lack != nil {
		return nil, err
	}
	conn = lent.Hijack()
	if conn.Ping(ctx) != nil {
		hangUp(conn)
		return nil, err
	}
	return conn, nil
}

// keep holds the line until ctx ends; conn is nil if it has to be made first.
func (l line) keep(ctx context.Context, conn *pgx.Conn) {
	for wait := firstRetry; ctx.Err() == nil; {
		var err error
		if conn == nil {
			conn, err = l.start(ctx)
		}
		if err == nil {
			wait = firstRetry
			err = l.attend(ctx, conn)
			l.release(conn)
		}
		conn = nil
		if ctx.Err() != nil {
			return
		}
		l.logger.Warn("postgres: the "+l.name+" connection was lost and is made again", "error", err)
		if !pause(ctx, wait/2+rand.N(wait/2)) {
			return
		}
		wait = min(2*wait, lastRetry)
	}
}

// attend returns when the connection is of no more use.
func (l line) attend(ctx context.Context, conn *pgx.Conn) error {
	for {
		within, cancel := context.WithTimeout(ctx, beat)
		_, err := conn.WaitForNotification(within)
		cancel()
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case err == nil:
			l.note()
			continue
		case conn.IsClosed() || !errors.Is(err, context.DeadlineExceeded):
			return err
		}
		if err := l.try(ctx, conn); err != nil {
			return err
		}
		l.tick(ctx)
	}
}

// try finds out whether the server still answers.
func (l line) try(ctx context.Context, conn *pgx.Conn) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return conn.Ping(ctx)
}

// release leaves in good order if that is still possible.
func (l line) release(conn *pgx.Conn) {
	if l.end != "" && !conn.IsClosed() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_, _ = conn.Exec(ctx, l.end) // it ends with the connection anyway
	}
	hangUp(conn)
}

// hangUp closes a connection without waiting long for the server's answer.
func hangUp(conn *pgx.Conn) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = conn.Close(ctx) // nothing is under way on it
}
