package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
)

// Operation makes an operation of a participant out of its work on a database whose tables
// [Prepare] has made. C is the request and R the reply, both as JSON. Each call is one transaction
// (read committed) with the ledger's row and the work in it, on a connection of the pool; calls of
// one key wait for each other.
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
// tx is rolled back or committed here; the functions must not do that, nor keep it.
func Operation[C, R any](pool *pgxpool.Pool, name string,
	do func(ctx context.Context, tx pgx.Tx, key string, c C) (R, error),
	undo func(ctx context.Context, tx pgx.Tx, key string, c C, r R) error,
) participant.Operation {
	return participant.Work[pgx.Tx, C, R]{
		Name: name, Do: do, Undo: undo, Try: savepoint,
		Change: func(ctx context.Context, fn func(context.Context, pgx.Tx) error) error {
			return change(ctx, pool, func(tx pgx.Tx) error { return fn(ctx, tx) })
		},
		Ledger: func(tx pgx.Tx) participant.Ledger { return Bind(tx) },
		Append: func(ctx context.Context, tx pgx.Tx, m message.Message) error { return Bind(tx).Append(ctx, m) },
	}.Operation()
}

// savepoint runs fn and, if it fails, takes back what it changed and nothing else. If the savepoint
// is gone because fn has ended the transaction, the error is no longer that of fn: it must not be
// taken for a refusal and recorded outside of a transaction.
func savepoint(ctx context.Context, tx pgx.Tx, fn func() error) error {
	if _, err := tx.Exec(ctx, `savepoint saga_work`); err != nil {
		return wrapLocal(err, "savepoint")
	}
	err := fn()
	if err != nil {
		if _, bad := tx.Exec(ctx, `rollback to saga_work`); bad != nil {
			return fmt.Errorf("postgres: %v; and what was changed could not be taken back: %w", err, bad) //nolint:errorlint // see above
		}
	}
	if _, bad := tx.Exec(ctx, `release saga_work`); bad != nil {
		return wrapLocal(bad, "release")
	}
	return err
}
