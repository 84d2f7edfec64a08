package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const (
	positionsSQL = `select pos, kind, entries from saga_journal where node = $1 order by pos`
	ownedSQL     = `select ` + rowColumns + ` from saga_instance where live and owner is not null and owner = $1`
)

// Tail implements [saga.Journal].
func (j journal) Tail(ctx context.Context, node string) (t saga.Tail, err error) {
	err = j.s.read(ctx, "tail", func(ctx context.Context) error {
		snapshot := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
		return pgx.BeginTxFunc(ctx, j.s.appends, snapshot, func(tx pgx.Tx) error {
			var both pgx.Batch
			both.Queue(positionsSQL, node).Query(func(rows pgx.Rows) (err error) {
				t.Positions, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (p saga.Position, err error) {
					return p, row.Scan(&p.Number, &p.Kind, &p.Entries)
				})
				return err
			})
			both.Queue(ownedSQL, node).Query(func(rows pgx.Rows) (err error) {
				t.Rows, err = pgx.CollectRows(rows, collectRow)
				return err
			})
			return tx.SendBatch(ctx, &both).Close()
		})
	})
	if err != nil {
		return saga.Tail{}, err
	}
	return t, nil
}
