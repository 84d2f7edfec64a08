package sqlite

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// Operation makes an operation of a participant out of its work on a database whose tables
// [Prepare] has made. C is the request and R the reply, both as JSON. Each call is one transaction
// with the ledger's row and the work in it.
//
// do applies the effect. It may refuse at any moment, with a [*participant.Refusal] or an error that
// wraps [saga.Refused]: the refusal is recorded, and everything that do had changed is taken back.
// A request that C does not fit, unknown members included, never gets to do; do itself wraps
// [participant.ErrInvalid] for what can never be accepted. After that and after every other error
// nothing is changed and nothing recorded.
//
// undo takes back what do applied. It gets the request and the reply as they were recorded, so both
// types must go on reading what earlier versions of them wrote. If undo is nil, the operation
// cannot be undone.
//
// Served by message (a [participant.Responder]), the call's transaction holds the reply in the outbox
// too.
//
// tx is rolled back or committed here; the functions must not do that, nor keep it.
func Operation[C, R any](db Database, name string,
	do func(ctx context.Context, tx *sql.Tx, key string, c C) (R, error),
	undo func(ctx context.Context, tx *sql.Tx, key string, c C, r R) error,
) participant.Operation {
	return participant.Work[*sql.Tx, C, R]{
		Name: name, Do: do, Undo: undo, Try: savepoint,
		Change: db.Change,
		Ledger: func(tx *sql.Tx) participant.Ledger { return Bind(tx) },
		Append: func(ctx context.Context, tx *sql.Tx, m message.Message) error { return Bind(tx).Append(ctx, m) },
	}.Operation()
}

// savepoint runs fn and, if it fails, takes back what it changed and nothing else. If the savepoint
// is gone because SQLite ended the transaction on its own, the error is no longer that of fn: it
// must not be taken for a refusal and recorded outside of a transaction.
func savepoint(ctx context.Context, tx *sql.Tx, fn func() error) error {
	if _, err := tx.ExecContext(ctx, `savepoint saga_work`); err != nil {
		return wrap(err, "savepoint")
	}
	err := fn()
	if err != nil {
		if _, bad := tx.ExecContext(ctx, `rollback to saga_work`); bad != nil {
			return fmt.Errorf("sqlite: %v; and what was changed could not be taken back: %w", err, bad) //nolint:errorlint // see above
		}
	}
	if _, bad := tx.ExecContext(ctx, `release saga_work`); bad != nil {
		return wrap(bad, "release")
	}
	return err
}
