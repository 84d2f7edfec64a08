package load

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// mostConnections is what a service would give its pool: with 128 callers on two cores, 32
// connections were 15 to 50 % faster than 128.
const mostConnections = 32

// pool lends connections to callers.
type pool chan *pgx.Conn

// openPool connects, and makes the tables. Statements are prepared on their first use.
func openPool(ctx context.Context, url string, callers int, tables string) (pool, error) {
	n := min(callers, mostConnections)
	p := make(pool, n)
	for range n {
		conn, err := pgx.Connect(ctx, url)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("connect for a caller: %w", err), p.close())
		}
		p <- conn
	}
	if _, err := p.exec(ctx, tables); err != nil {
		return nil, errors.Join(fmt.Errorf("make the tables: %w", err), p.close())
	}
	return p, nil
}

// exec is one statement, one transaction and one round trip.
func (p pool) exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	conn := <-p
	defer func() { p <- conn }()
	return conn.Exec(ctx, sql, args...)
}

// close is for when nobody uses the pool any more.
func (p pool) close() (err error) {
	for len(p) > 0 {
		conn := <-p
		err = errors.Join(err, conn.Close(context.Background()))
	}
	return err
}
