package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/postgres"
)

// bench is what a case gets: where it may work, how large it is, and where its figures go.
type bench struct {
	venue    load.Venue
	n        int
	length   time.Duration
	rounds   int // of what is compared
	profiles string
	figures  []figure
	series   [][]string
}

// say notes a figure.
func (b *bench) say(what, format string, args ...any) *figure {
	b.figures = append(b.figures, figure{what: what, value: fmt.Sprintf(format, args...)})
	return &b.figures[len(b.figures)-1]
}

// aim says what a figure should be.
func (f *figure) aim(goal string, met bool) { f.goal, f.missed = goal, !met }

// seconds notes a time that should be below a limit; 0 for none.
func (b *bench) seconds(what string, took, below time.Duration) {
	f := b.say(what, "%.2f s", took.Seconds())
	if below > 0 {
		f.aim("< "+below.String(), took < below)
	}
}

// place is a migrated schema, with a connection to look into it.
type place struct {
	url  string
	conn *pgx.Conn
	drop func() error
}

// fresh makes a place that nobody has used.
func (b *bench) fresh(ctx context.Context) (*place, error) {
	url, err := b.venue.Fresh(ctx)
	if err != nil {
		return nil, err
	}
	drop := func() error { return b.venue.Drop(context.WithoutCancel(ctx), url) }
	p, err := open(ctx, url, drop)
	if err != nil {
		return nil, errors.Join(err, drop())
	}
	return p, nil
}

func open(ctx context.Context, url string, drop func() error) (*place, error) {
	if _, err := postgres.Migrate(ctx, url); err != nil {
		return nil, err
	}
	conn, err := pgx.Connect(ctx, url)
	return &place{url, conn, drop}, err
}

// close drops it with all that is in it; nobody may use it any more.
func (p *place) close() error {
	return errors.Join(p.conn.Close(context.Background()), p.drop())
}

// ask reads one value.
func ask[T any](ctx context.Context, conn *pgx.Conn, sql string, args ...any) (v T, err error) {
	if err = conn.QueryRow(ctx, sql, args...).Scan(&v); err != nil {
		err = fmt.Errorf("%s: %w", sql, err)
	}
	return v, err
}

// until asks again and again, until a number is what it should be.
func (p *place) until(ctx context.Context, want int, sql string) error {
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		n, err := ask[int](ctx, p.conn, sql)
		if err != nil || n == want {
			return err
		}
		if err := tick(ctx, again.C); err != nil {
			return fmt.Errorf("%d of %d: %s: %w", n, want, sql, err)
		}
	}
}

// check wants so many instances, all of one status, and a key for each.
func (p *place) check(ctx context.Context, status string, n int) error {
	there, err := ask[int](ctx, p.conn, `select count(*) from saga_instance where status = $1`, status)
	if err != nil {
		return err
	}
	all, err := ask[int](ctx, p.conn, `select count(*) from saga_instance`)
	if err != nil {
		return err
	}
	keys, err := ask[int](ctx, p.conn, `select count(*) from saga_key`)
	if err == nil && (there != n || all != n || keys != n) {
		err = fmt.Errorf("wrong outcome: of %d instances %d are %s; the store has %d, and %d keys", n, there, status, all, keys)
	}
	return err
}

// rest lets time pass.
func rest(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	return tick(ctx, t.C)
}

func tick(ctx context.Context, c <-chan time.Time) error {
	select {
	case <-c:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
