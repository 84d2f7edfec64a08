package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const keysSQL = `select id, definition, hash, node, pos from saga_key where id = any($1::text[])`

// Keys implements [saga.Instances].
func (in instances) Keys(ctx context.Context, ids []string) (keys []saga.StartKey, err error) {
	err = in.s.read(ctx, "keys", func(ctx context.Context) error {
		if len(ids) == 0 {
			return nil
		}
		rows, err := in.s.pool.Query(ctx, keysSQL, ids)
		if err != nil {
			return err
		}
		keys, err = pgx.CollectRows(rows, collectKey)
		return err
	})
	return keys, err
}

func collectKey(row pgx.CollectableRow) (k saga.StartKey, err error) {
	return k, row.Scan(&k.ID, &k.Definition, &k.Hash, &k.Node, &k.Position)
}
