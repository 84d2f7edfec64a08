package sqlite

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga"
)

// With max, SQLite takes the other columns from the row that has the maximum.
const nodesSQL = `select node, max(pos), kind from saga_journal group by node having kind <> 3`

// Nodes implements [saga.Instances]. The file has one process, so an incarnation that did not join
// through this store belonged to one that has ended. To a visitor all are gone if no process has
// the file's lock, and none is known to be gone otherwise.
func (in instances) Nodes(ctx context.Context) ([]saga.NodeState, error) {
	rows, err := in.s.r.nodes.QueryContext(ctx)
	nodes, err := collect(rows, err, func(rows *sql.Rows) (n saga.NodeState, err error) {
		var kind saga.PositionKind
		err = rows.Scan(&n.ID, &n.Position, &kind)
		n.Sealed = kind == saga.Sealed
		return n, err
	})
	ended := in.s.visiting && !isLocked(in.s.path+lockSuffix)
	in.s.mu.Lock()
	defer in.s.mu.Unlock()
	for i := range nodes {
		lease, mine := in.s.joined[nodes[i].ID]
		nodes[i].Lease, nodes[i].Gone = lease, ended || !in.s.visiting && !mine
	}
	return nodes, wrap(err, "nodes")
}
