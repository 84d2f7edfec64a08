package sqlite

import (
	"database/sql"

	"github.com/seosa-dev/saga"
)

// TransactionOf is what Bind hands to the root package, for the conformance suite.
func TransactionOf(tx *sql.Tx) saga.Transaction { return transaction{tx} }
