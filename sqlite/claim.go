package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/seosa-dev/saga"
)

type instances struct{ s *Store }

// free is the condition under which a row may be claimed: nobody owns it, or the last row of its
// owner's journal says drained.
const free = `(owner = '' or (select kind from saga_journal where node = owner order by pos desc limit 1) = 3)`

const (
	claimDueSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and due <= ?1 and ` + free + ` and not (?2 and owner = ?3) order by due limit ?4`
	nextDueSQL  = `select due from saga_instance where live = 1 and due > ?1 and ` + free + ` order by due limit 1`
	claimOwnSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and owner <> '' and owner = ?1 order by due is null, due limit ?2`
	claimIDsSQL = `select num, ` + rowColumns + ` from saga_instance
		where live = 1 and num in (select names.num from json_each(?1) as ids cross join saga_id as names on names.id = ids.value) and (` + free + ` or ?2 and owner = ?3)
		order by due is null, due limit ?4`
	ownSQL = `update saga_instance set former = case owner when ?1 then former else owner end, owner = ?1
		where num in (select value from json_each(?2))`
)

// claimed is a row and its place in the table.
type claimed struct {
	place int64
	row   saga.Row
}

// Claim implements [saga.Instances].
func (in instances) Claim(ctx context.Context, c saga.Claim) (got saga.Claimed, err error) {
	err = in.s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.transaction(ctx, func() (err error) {
			got, err = w.claim(ctx, c)
			return err
		})
	})
	if err != nil {
		return saga.Claimed{}, wrap(err, "claim")
	}
	return got, nil
}

func (w *writer) claim(ctx context.Context, c saga.Claim) (got saga.Claimed, err error) {
	// Mostly no command waits; then nothing else is asked about them.
	var waiting bool
	if err := w.waiting.QueryRowContext(ctx).Scan(&waiting); err != nil {
		return got, err
	}
	found, err := w.claimable(ctx, c, waiting)
	if err != nil {
		return got, err
	}
	got.Rows, err = w.take(ctx, c.Node, found)
	// If rows may have been left that are due by now, the next to fall due says nothing.
	if err == nil && len(c.IDs) == 0 && !c.Wanted && len(got.Rows) < c.Limit {
		got.Next, err = w.next(ctx, c.Due)
	}
	if err != nil || !waiting {
		return got, err
	}
	err = w.told(ctx, c, &got)
	return got, err
}

// claimable puts together what is due, what is the node's own and, if there is room left, what a
// command waits for.
func (w *writer) claimable(ctx context.Context, c saga.Claim, waiting bool) (found []claimed, err error) {
	if len(c.IDs) > 0 {
		return w.claimNamed(ctx, c)
	}
	if !c.Wanted {
		if found, err = w.rowsOf(ctx, w.claimDue, micros(c.Due), c.Own, c.Node, c.Limit); err != nil {
			return nil, err
		}
	}
	if c.Own {
		own, err := w.rowsOf(ctx, w.claimOwn, c.Node, c.Limit)
		if err != nil {
			return nil, err
		}
		found = dueFirst(append(found, own...))
		found = found[:min(len(found), c.Limit)]
	}
	if waiting {
		found, err = w.addWanted(ctx, found, c.Limit)
	}
	return dueFirst(found), err
}

// next is when the next row that is not due falls due; zero if none does.
func (w *writer) next(ctx context.Context, now time.Time) (time.Time, error) {
	var due int64
	err := w.nextDue.QueryRowContext(ctx, micros(now)).Scan(&due)
	if errors.Is(err, sql.ErrNoRows) {
		return time.Time{}, nil
	}
	return time.UnixMicro(due).UTC(), err
}

func (w *writer) claimNamed(ctx context.Context, c saga.Claim) ([]claimed, error) {
	list, err := json.Marshal(c.IDs)
	if err != nil {
		return nil, err
	}
	return w.rowsOf(ctx, w.claimIDs, string(list), c.Own, c.Node, c.Limit)
}

func (w *writer) rowsOf(ctx context.Context, stmt *sql.Stmt, args ...any) ([]claimed, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	return collect(rows, err, func(rows *sql.Rows) (c claimed, err error) {
		c.row, err = scanRow(rows, &c.place)
		return c, err
	})
}

func dueFirst(found []claimed) []claimed {
	slices.SortStableFunc(found, func(a, b claimed) int { return compareDue(a.row, b.row) })
	return found
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

// take makes the node the owner of rows and returns them as they were.
func (w *writer) take(ctx context.Context, node string, found []claimed) ([]saga.Row, error) {
	if len(found) == 0 {
		return nil, nil
	}
	rows := make([]saga.Row, len(found))
	places := make([]int64, len(found))
	for i := range found {
		rows[i], places[i] = found[i].row, found[i].place
	}
	list, err := json.Marshal(places)
	if err != nil {
		return nil, err
	}
	n, err := changed(ctx, w.own, node, string(list))
	if err := exactly(n, int64(len(found)), err); err != nil {
		return nil, err
	}
	return rows, w.hold(ctx, len(rows), func(i int) string { return rows[i].ID })
}
