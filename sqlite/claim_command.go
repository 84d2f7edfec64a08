package sqlite

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

// Both walk the index of the commands that wait and stop at the limit: of many commands for rows
// that may be taken, or were, only the oldest are looked at.
const (
	waitingSQL = `select exists (select 1 from saga_command where answer is null)`
	// A row with several commands comes several times.
	claimWantedSQL = `select i.num, ` + instanceColumns + ` from saga_command as c
		cross join saga_id as names on names.id = c.instance
		cross join saga_instance as i on i.num = names.num
		where c.answer is null and live = 1 and (due <= ?1) is not true and ` + free + ` and not (?2 and owner = ?3)
		order by c.sent, c.id limit ?4`
	tellSQL = `select c.id, c.instance, c.sent, c.data, live = 0 from saga_command as c
		cross join saga_id as names on names.id = c.instance
		cross join saga_instance as i on i.num = names.num
		where c.answer is null and (live = 0 or owner = ?1) order by c.sent, c.id limit ?2`
)

// claimableWanted returns the rows that are neither due nor the node's own and that a command waits
// for.
func (w *writer) claimableWanted(ctx context.Context, c saga.Claim) ([]claimed, error) {
	found, err := w.rowsOf(ctx, w.claimWanted, micros(c.Due), c.Own, c.Node, c.Limit)
	seen := map[int64]bool{}
	return slices.DeleteFunc(found, func(f claimed) bool {
		again := seen[f.place]
		seen[f.place] = true
		return again
	}), err
}

// told returns the commands for what the node owns by now, and for what has ended.
func (w *writer) told(ctx context.Context, c saga.Claim) ([]saga.Command, error) {
	rows, err := w.tell.QueryContext(ctx, c.Node, c.Limit)
	return collect(rows, err, func(rows *sql.Rows) (cmd saga.Command, err error) {
		var sent int64
		err = rows.Scan(&cmd.ID, &cmd.Instance, &sent, &cmd.Data, &cmd.Ended)
		cmd.Sent = time.UnixMicro(sent).UTC()
		return cmd, err
	})
}
