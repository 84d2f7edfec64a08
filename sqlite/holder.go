package sqlite

import (
	"context"
	"encoding/json"
	"slices"
)

// A command's holder and ended are copies of what its instance's row says, so that claims find the
// commands for a node without a look at all that wait. Every write that changes a row's owner or
// whether it is live, or that adds commands, brings them up to date in the same transaction.
const (
	holdSQL = `update saga_command as c indexed by saga_command_instance
		set holder = i.holder, ended = i.ended from (
			select names.id, live = 0 as ended, case when live = 0 then null when ` + free + ` then '' else owner end as holder
			from json_each(?) as ids cross join saga_id as names on names.id = ids.value
			cross join saga_instance as inst on inst.num = names.num
		) as i
		where c.instance = i.id and c.answer is null and (c.holder, c.ended) is not (i.holder, i.ended)`
	letGoSQL = `update saga_command set holder = '' where answer is null and holder = ? and ended = 0`
)

// hold brings the commands of n instances up to date with their rows. Mostly none waits.
func (w *writer) hold(ctx context.Context, n int, id func(i int) string) error {
	var waiting bool
	if err := w.waiting.QueryRowContext(ctx).Scan(&waiting); err != nil || !waiting {
		return err
	}
	list, err := idList(n, id)
	if err != nil {
		return err
	}
	_, err = w.holders.ExecContext(ctx, list)
	return err
}

// idList is what holdSQL takes: each id once, because one instance may have many commands, and each
// copy would meet all of them.
func idList(n int, id func(i int) string) (string, error) {
	ids := make([]string, n)
	for i := range ids {
		ids[i] = id(i)
	}
	slices.Sort(ids)
	list, err := json.Marshal(slices.Compact(ids))
	return string(list), err
}

// letGo leaves the commands of a node that is drained now to whoever claims their rows.
func (w *writer) letGo(ctx context.Context, node string) error {
	_, err := w.release.ExecContext(ctx, node)
	return err
}
