package sqlite

import (
	"context"
	"database/sql"
)

// Database is a service's own SQLite database, as far as this package needs it: one way to write.
type Database interface {
	// Change runs fn in a transaction that began by taking the write lock (BEGIN IMMEDIATE), and
	// commits it if fn returns nil. After an error of fn nothing was changed.
	Change(ctx context.Context, fn func(ctx context.Context, tx *sql.Tx) error) error
}

// Bound is a transaction of the caller's, seen as outbox, inbox and ledger, and as what sagas are started
// on and hear replies through: what is written through it is committed or rolled back with everything
// else in the transaction. The tables of the first three are made by [Prepare], those of sagas by
// [Open]. Like the transaction, it is for one goroutine.
type Bound struct{ tx *sql.Tx }

// Bind returns a transaction as outbox, inbox, ledger and [saga.Starter].
func Bind(tx *sql.Tx) Bound { return Bound{tx} }
