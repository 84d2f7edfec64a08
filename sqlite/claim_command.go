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

const commandColumns = `c.id, c.instance, c.sent, c.data, c.ended`

// The commands of one holder are together in an index, oldest first, and so are those of what has
// ended. A page of them costs a page, however many others wait.
const (
	waitingSQL = `select exists (select 1 from saga_command where answer is null)`
	// A row with several commands comes several times. Whether it may be taken is for the row to
	// say, and not for the command's copy of that.
	claimWantedSQL = `select i.num, ` + instanceColumns + ` from saga_command as c
		cross join saga_id as names on names.id = c.instance
		cross join saga_instance as i on i.num = names.num
		where c.answer is null and c.holder = '' and c.ended = 0 and live = 1 and ` + free + `
		order by c.sent, c.id`
	tellRowsSQL = `select ` + commandColumns + ` from json_each(?) as ids
		cross join saga_command as c on c.instance = ids.value where c.answer is null`
	tellHeldSQL = `select ` + commandColumns + ` from saga_command as c
		where c.answer is null and c.holder = ?1 and c.ended = 0 and (c.sent, c.id) > (?2, ?3)
		and c.instance not in (select value from json_each(?4)) order by c.sent, c.id limit ?5`
	tellEndedSQL = `select ` + commandColumns + ` from saga_command as c
		where c.answer is null and c.holder is null and c.ended = 1 and (c.sent, c.id) > (?1, ?2)
		order by c.sent, c.id limit ?3`
)

// addWanted adds rows that nobody holds and that a command waits for, up to the limit. The rows of
// the oldest commands come first. It goes no further into the commands than to those of the rows
// that it adds, or that were found before.
func (w *writer) addWanted(ctx context.Context, found []claimed, limit int) ([]claimed, error) {
	if len(found) >= limit {
		return found, nil
	}
	seen := map[int64]bool{}
	for i := range found {
		seen[found[i].place] = true
	}
	rows, err := w.claimWanted.QueryContext(ctx)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for len(found) < limit && rows.Next() {
		var c claimed
		if c.row, err = scanRow(rows, &c.place); err != nil {
			return nil, err
		}
		if !seen[c.place] {
			seen[c.place] = true
			found = append(found, c)
		}
	}
	return found, errors.Join(rows.Err(), rows.Close())
}

// told fills in the commands of a claim: all those of its rows, and a page of the others that the
// node is told.
func (w *writer) told(ctx context.Context, c saga.Claim, got *saga.Claimed) error {
	ids := make([]string, len(got.Rows))
	for i := range got.Rows {
		ids[i] = got.Rows[i].ID
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	if got.Commands, err = commandsOf(ctx, w.tellRows, string(list)); err != nil {
		return err
	}
	if len(c.IDs) == 0 {
		others, err := w.others(ctx, c, string(list))
		if err != nil {
			return err
		}
		got.More = len(others) > c.Limit
		got.Commands = append(got.Commands, others[:min(len(others), c.Limit)]...)
	}
	slices.SortFunc(got.Commands, oldestFirst)
	return nil
}

// others returns the commands after a place, for what has ended and for what the node holds but for
// the rows listed: one more than the limit if there are so many.
func (w *writer) others(ctx context.Context, c saga.Claim, rows string) ([]saga.Command, error) {
	sent, id, most := c.After.Sent.UnixMicro(), c.After.ID, c.Limit+1
	held, err := commandsOf(ctx, w.tellHeld, c.Node, sent, id, rows, most)
	if err != nil {
		return nil, err
	}
	ended, err := commandsOf(ctx, w.tellEnded, sent, id, most)
	if err != nil {
		return nil, err
	}
	all := append(held, ended...)
	slices.SortFunc(all, oldestFirst)
	return all[:min(len(all), most)], nil
}

func commandsOf(ctx context.Context, stmt *sql.Stmt, args ...any) ([]saga.Command, error) {
	rows, err := stmt.QueryContext(ctx, args...)
	return collect(rows, err, func(rows *sql.Rows) (cmd saga.Command, err error) {
		var sent int64
		err = rows.Scan(&cmd.ID, &cmd.Instance, &sent, &cmd.Data, &cmd.Ended)
		cmd.Sent = time.UnixMicro(sent).UTC()
		return cmd, err
	})
}

func oldestFirst(a, b saga.Command) int {
	return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID))
}
