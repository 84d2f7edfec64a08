package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"

	"github.com/seosa-dev/saga"
)

const keysSQL = `select id, definition, hash, node, pos from saga_id
	where node is not null and id in (select value from json_each(?))`

// Keys implements [saga.Instances].
func (in instances) Keys(ctx context.Context, ids []string) ([]saga.StartKey, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, wrap(err, "keys")
	}
	rows, err := in.s.r.keys.QueryContext(ctx, string(list))
	keys, err := collect(rows, err, scanKey)
	return keys, wrap(err, "keys")
}

func scanKey(rows *sql.Rows) (k saga.StartKey, err error) {
	return k, rows.Scan(&k.ID, &k.Definition, &k.Hash, &k.Node, &k.Position)
}
