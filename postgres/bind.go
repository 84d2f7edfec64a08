package postgres

import "github.com/jackc/pgx/v5"

// Bound is a transaction of the caller's, seen as outbox, inbox and ledger, and as what sagas are started
// on and hear replies through: what is written through it is committed or rolled back with everything
// else in the transaction. The tables of the first three are made by [Prepare], those of sagas by
// [Migrate]. Like the transaction, it is for one goroutine.
type Bound struct{ tx pgx.Tx }

// Bind returns a transaction as outbox, inbox, ledger and [saga.Starter].
func Bind(tx pgx.Tx) Bound { return Bound{tx} }
