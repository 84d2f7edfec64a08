package postgres

import "github.com/jackc/pgx/v5"

// Bound is a transaction of the caller's, seen as outbox, inbox and ledger: what is written through
// it is committed or rolled back with everything else in the transaction. The tables are made by
// [Prepare]. Like the transaction, it is for one goroutine.
type Bound struct{ tx pgx.Tx }

// Bind returns a transaction as outbox, inbox and ledger.
func Bind(tx pgx.Tx) Bound { return Bound{tx} }
