package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"slices"

	"github.com/seosa-dev/saga"
)

type instances struct{ s *Store }

// free is the condition under which a row may be claimed: nobody owns it, or the last row of its
// owner's journal says drained.
const free = `(owner = '' or (select kind from saga_journal where node = owner order by pos desc limit 1) = 3)`

const (
	claimDueSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and due <= ?1 and ` + free + ` and not (?2 and owner = ?3) order by due limit ?4`
	claimOwnSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and owner <> '' and owner = ?1 order by due is null, due limit ?2`
	claimIDsSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and num in (select names.num from json_each(?1) as ids cross join saga_id as names on names.id = ids.value) and (` + free + ` or ?2 and owner = ?3)
		order by due is null, due limit ?4`
	ownSQL = `update saga_instance set owner = ? where num in (select value from json_each(?))`
)

// claimed is a row and its place in the table.
type claimed struct {
	place int64
	row   saga.Row
}

// Claim implements [saga.Instances].
func (in instances) Claim(ctx context.Context, c saga.Claim) (rows []saga.Row, err error) {
	err = in.s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.transaction(ctx, func() error {
			found, err := w.claimable(ctx, c)
			if err != nil || len(found) == 0 {
				return err
			}
			rows = make([]saga.Row, len(found))
			for i := range found {
				rows[i] = found[i].row
			}
			return w.take(ctx, c.Node, found)
		})
	})
	if err != nil {
		return nil, wrap(err, "claim")
	}
	return rows, nil
}

func (w *writer) claimable(ctx context.Context, c saga.Claim) ([]claimed, error) {
	if len(c.IDs) > 0 {
		list, err := json.Marshal(c.IDs)
		if err != nil {
			return nil, err
		}
		rows, err := w.claimIDs.QueryContext(ctx, string(list), c.Own, c.Node, c.Limit)
		return collect(rows, err, scanClaimed)
	}
	rows, err := w.claimDue.QueryContext(ctx, micros(c.Due), c.Own, c.Node, c.Limit)
	due, err := collect(rows, err, scanClaimed)
	if err != nil || !c.Own {
		return due, err
	}
	rows, err = w.claimOwn.QueryContext(ctx, c.Node, c.Limit)
	own, err := collect(rows, err, scanClaimed)
	if err != nil {
		return nil, err
	}
	both := append(due, own...)
	slices.SortStableFunc(both, func(a, b claimed) int { return compareDue(a.row, b.row) })
	return both[:min(len(both), c.Limit)], nil
}

// compareDue puts what is never due last.
func compareDue(a, b saga.Row) int {
	if a.Due.IsZero() != b.Due.IsZero() {
		return cmp.Compare(b2i(a.Due.IsZero()), b2i(b.Due.IsZero()))
	}
	return a.Due.Compare(b.Due)
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func (w *writer) take(ctx context.Context, node string, found []claimed) error {
	places := make([]int64, len(found))
	for i := range found {
		places[i] = found[i].place
	}
	list, err := json.Marshal(places)
	if err != nil {
		return err
	}
	n, err := changed(ctx, w.own, node, string(list))
	return exactly(n, int64(len(found)), err)
}

func scanClaimed(rows *sql.Rows) (c claimed, err error) {
	c.row, err = scanRow(rows, &c.place)
	return c, err
}
