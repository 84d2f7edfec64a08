package postgres

import (
	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// TransactionOf is what Bind hands to the root package, for the conformance suite.
func TransactionOf(tx pgx.Tx) saga.Transaction { return transaction{tx} }
