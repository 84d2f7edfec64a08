package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// Func makes a step's action or compensation out of work on the service's own database, whose tables
// [Prepare] has made: the work and a row in the ledger under the attempt's key are one transaction (read
// committed). So it is done at most once, however often and on whatever node the step is called: a
// repeat does not run it, and gets the recorded outcome and the recorded changes to the state. If it
// refuses, the refusal is recorded and what it changed in the database is taken back; after an error
// that is neither a refusal nor [saga.Pending], nothing is recorded. [participant.Local] has the rules.
//
// A step whose functions are made by Func can be [saga.Step.Replayable] if its compensation does no harm
// where the action never ran. Do not make a probe or a fence of it. Two calls under one key wait for each
// other. The transaction is ended here; fn must not end it, nor keep it.
func Func[S any](pool *pgxpool.Pool, fn func(ctx context.Context, tx pgx.Tx, s *S, a saga.Attempt) error) saga.Func[S] {
	return func(ctx context.Context, s *S, a saga.Attempt) error {
		var said error
		err := change(ctx, pool, func(tx pgx.Tx) (err error) {
			said, err = participant.Local(ctx, Bind(tx), a, s,
				func(work func() error) error { return savepoint(ctx, tx, work) },
				func() error { return fn(ctx, tx, s, a) })
			return err
		})
		if err != nil {
			return err
		}
		return said
	}
}
