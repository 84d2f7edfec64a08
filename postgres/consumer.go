package postgres

import (
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/message"
)

// Consumer returns a handler that gives each message its effect exactly once in this database: it
// notes the message in the inbox under the consumer's name and calls handle in the same transaction
// (read committed). A message that is noted already is nothing to do, and nil. If handle returns an
// error, note and effect are rolled back, and the message may come again.
//
// The name must stay the same for as long as messages may be repeated. A message that does not pass
// its Check can never be noted and is [message.ErrPoison]; what handle can never handle, it marks so
// itself. The handler may be called from several goroutines at once, and takes a connection of the
// pool for each. tx is committed or rolled back here; handle must not do that, nor keep it.
func Consumer(pool *pgxpool.Pool, name string,
	handle func(ctx context.Context, tx pgx.Tx, m message.Message) error,
) message.Handler {
	return func(ctx context.Context, m message.Message) error {
		return change(ctx, pool, func(tx pgx.Tx) error {
			first, err := Bind(tx).Accept(ctx, name, m)
			if errors.Is(err, message.ErrInvalid) {
				return fmt.Errorf("%w: %w", message.ErrPoison, err)
			}
			if err != nil || !first {
				return err
			}
			return handle(ctx, tx, m)
		})
	}
}

// change runs fn in a transaction of its own, in which each statement sees what was committed before
// it began: what waits for a lock must then see what the one who had it has written.
func change(ctx context.Context, pool *pgxpool.Pool, fn func(tx pgx.Tx) error) error {
	return pgx.BeginTxFunc(ctx, pool, pgx.TxOptions{IsoLevel: pgx.ReadCommitted, AccessMode: pgx.ReadWrite}, fn)
}
