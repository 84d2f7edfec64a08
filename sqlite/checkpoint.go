package sqlite

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
)

const (
	trimSQL  = `delete from saga_journal where node = ? and pos >= ? and pos < ? and kind in (0, 1)`
	emptySQL = `update saga_journal set entries = x'' where node = ? and pos = ? and kind in (0, 1)`
	drainSQL = `update saga_journal set kind = 3 where node = ? and pos = ? and kind = 2`

	rowsHead = `insert into saga_instance (num, ` + rowColumns + `) select names.num, new.* from (values `
	rowsTail = `) as new cross join saga_id as names on names.id = column1
		where true on conflict (num) do update set definition = excluded.definition,
		version = excluded.version, status = excluded.status, live = excluded.live,
		owner = excluded.owner, former = excluded.former, due = excluded.due, started = excluded.started,
		updated = excluded.updated, since = excluded.since, reason = excluded.reason,
		step = excluded.step, data = excluded.data`
	historyHead = `insert into saga_history (num, seq, entries) select num, column2, column3 from (values `
	historyTail = `) as new cross join saga_id as names on names.id = column1
		where true on conflict (num, seq) do update set entries = excluded.entries`
	nameHead = `insert into saga_id (id) values `
	nameTail = ` on conflict do nothing`
)

// Checkpoint implements [saga.Journal].
func (j journal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	err := j.s.write(ctx, func(ctx context.Context, w *writer) error {
		return w.transaction(ctx, func() error {
			if err := w.fold(ctx, c); err != nil {
				return err
			}
			id := func(i int) string { return c.Rows[i].ID }
			err := w.named(ctx, w.rows, len(c.Rows), id,
				func(args []any, i int) []any { return rowArgs(args, &c.Rows[i]) })
			if err != nil {
				return err
			}
			if err := w.hold(ctx, len(c.Rows), id); err != nil {
				return err
			}
			return w.named(ctx, w.history, len(c.History),
				func(i int) string { return c.History[i].ID },
				func(args []any, i int) []any {
					return append(args, c.History[i].ID, c.History[i].Seq, bytes(c.History[i].Entries))
				})
		})
	})
	return wrap(err, "checkpoint")
}

// named inserts rows under the numbers of their ids. The statement passes over an id that has none.
// Ids that were started have one, so numbers are given only when some row was passed over.
func (w *writer) named(ctx context.Context, b *batch, n int, id func(i int) string, row func(args []any, i int) []any) error {
	done, err := b.exec(ctx, n, row)
	if err != nil || done == int64(n) {
		return err
	}
	if _, err := w.names.exec(ctx, n, func(args []any, i int) []any { return append(args, id(i)) }); err != nil {
		return err
	}
	_, err = b.exec(ctx, n, row)
	return err
}

// fold trims exactly the positions that the checkpoint stands for, or fails.
func (w *writer) fold(ctx context.Context, c saga.Checkpoint) error {
	if c.Drain {
		if err := w.trimTo(ctx, c, c.To+1); err != nil {
			return err
		}
		n, err := changed(ctx, w.drain, c.Node, c.To+1)
		if err := exactly(n, 1, err); err != nil {
			return err
		}
		return w.letGo(ctx, c.Node)
	}
	if err := w.trimTo(ctx, c, c.To); err != nil {
		return err
	}
	n, err := changed(ctx, w.empty, c.Node, c.To)
	return exactly(n, 1, err)
}

// trimTo deletes the positions before end. Without one to delete there is nothing that a late
// checkpoint could miss, so none at all is refused.
func (w *writer) trimTo(ctx context.Context, c saga.Checkpoint, end int64) error {
	n, err := changed(ctx, w.trim, c.Node, c.From, end)
	return exactly(n, max(end-c.From, 1), err)
}

func exactly(have, want int64, err error) error {
	if err == nil && have != want {
		return fmt.Errorf("%w: a folded position is gone", saga.ErrSealed)
	}
	return err
}
