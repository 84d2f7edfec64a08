package sqlite

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga"
)

const (
	positionsSQL = `select pos, kind, entries from saga_journal where node = ? order by pos`
	ownedSQL     = `select ` + rowColumns + ` from saga_instance where live = 1 and owner <> '' and owner = ?`
)

// Tail implements [saga.Journal].
func (j journal) Tail(ctx context.Context, node string) (saga.Tail, error) {
	t, err := j.tail(ctx, node)
	return t, wrap(err, "tail")
}

func (j journal) tail(ctx context.Context, node string) (t saga.Tail, err error) {
	tx, err := j.s.reads.BeginTx(ctx, nil) // the first select fixes the snapshot
	if err != nil {
		return t, err
	}
	defer tx.Rollback() // it only read
	rows, err := tx.QueryContext(ctx, positionsSQL, node)
	t.Positions, err = collect(rows, err, func(rows *sql.Rows) (p saga.Position, err error) {
		return p, rows.Scan(&p.Number, &p.Kind, &p.Entries)
	})
	if err != nil {
		return saga.Tail{}, err
	}
	rows, err = tx.QueryContext(ctx, ownedSQL, node)
	t.Rows, err = collect(rows, err, func(rows *sql.Rows) (saga.Row, error) { return scanRow(rows) })
	if err != nil {
		return saga.Tail{}, err
	}
	return t, nil
}
