package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// The server shows an advisory lock on one number as two halves.
const nodesSQL = `with present as materialized (
		select classid::bigint << 32 | objid::bigint as holder from pg_locks
		where locktype = 'advisory' and objsubid = 1
			and database = (select oid from pg_database where datname = current_database())
	)
	select n.node, j.pos, j.kind, not exists (select 1 from present as p where p.holder = n.holder),
		greatest(extract(epoch from clock_timestamp() - j.at) * 1000000, 0)::bigint,
		(extract(epoch from n.lease) * 1000000)::bigint
	from saga_node as n cross join lateral (
		select pos, kind, at from saga_journal where node = n.node order by pos desc limit 1
	) as j where not n.drained`

// Nodes implements [saga.Instances]. A node is absent if the process that joined it does not hold
// its lock. That one has ended for certain is never known here.
func (in instances) Nodes(ctx context.Context) (nodes []saga.NodeState, err error) {
	err = in.s.read(ctx, "nodes", func(ctx context.Context) error {
		rows, err := in.s.pool.Query(ctx, nodesSQL)
		if err != nil {
			return err
		}
		nodes, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (n saga.NodeState, err error) {
			var kind saga.PositionKind
			var silent, lease int64
			err = row.Scan(&n.ID, &n.Position, &kind, &n.Absent, &silent, &lease)
			n.Lease = time.Duration(lease) * time.Microsecond
			n.Sealed, n.Silent = kind == saga.Sealed, time.Duration(silent)*time.Microsecond
			return n, err
		})
		return err
	})
	return nodes, err
}
