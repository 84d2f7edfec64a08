package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga/message"
)

// Consumer returns a handler that gives each message its effect exactly once in this database: it
// notes the message in the inbox under the consumer's name and calls handle in the same transaction.
// A message that is noted already is nothing to do, and nil. If handle returns an error, note and
// effect are rolled back, and the message may come again.
//
// The name must stay the same for as long as messages may be repeated. A message that does not pass
// its Check can never be noted and is [message.ErrPoison]; what handle can never handle, it marks so
// itself. The handler may be called from several goroutines at once; the database puts its
// transactions in a row.
func Consumer(db Database, name string,
	handle func(ctx context.Context, tx *sql.Tx, m message.Message) error,
) message.Handler {
	return func(ctx context.Context, m message.Message) error {
		return db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
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
