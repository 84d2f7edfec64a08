package postgres

import (
	"context"

	"github.com/seosa-dev/saga"
)

// A checkpoint is one statement. Its middle part divides by zero unless exactly the positions that
// it folds were there; the error undoes everything. To write nothing without an error would not do:
// the positions would be trimmed all the same.
const (
	trimSQL = `with gone as (
		delete from saga_journal where node = $1 and pos >= $2 and pos < $3 and kind < 2 returning 1
	), emptied as (
		update saga_journal set entries = '' where node = $1 and pos = $3 and kind < 2 returning 1
	), guard as materialized (
		select 1 / (case when (select count(*) from gone) = $4::bigint
			and (select count(*) from emptied) = 1 then 1 else 0 end) as ok
	)`

	drainSQL = `with gone as (
		delete from saga_journal where node = $1 and pos >= $2 and pos <= $3 and kind < 2 returning 1
	), marked as (
		update saga_journal set kind = 3 where node = $1 and pos = $3 + 1 and kind = 2 returning 1
	), node as (
		update saga_node set drained = true where node = $1 and not drained returning 1
	), guard as materialized (
		select 1 / (case when (select count(*) from gone) = $4::bigint
			and (select count(*) from marked) = 1 and (select count(*) from node) = 1 then 1 else 0 end) as ok
	)`

	foldSQL = `, rows as (
		insert into saga_instance (` + rowColumns + `)
		select r.id, r.definition, r.version, r.status, r.live, nullif(r.owner, ''), nullif(r.former, ''), r.due,
			r.started, r.updated, r.since, r.reason, r.step, substr($20::bytea, r.at, r.size)
		from unnest($5::text[], $6::text[], $7::bigint[], $8::text[], $9::boolean[], $10::text[], $11::text[], $12::timestamptz[],
			$13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::text[], $17::text[], $18::int[], $19::int[])
			as r (` + flatColumns + `, at, size), guard
		where guard.ok = 1
		on conflict (id) do update set definition = excluded.definition, version = excluded.version,
			status = excluded.status, live = excluded.live, owner = excluded.owner, former = excluded.former,
			due = excluded.due, started = excluded.started, updated = excluded.updated, since = excluded.since,
			reason = excluded.reason, step = excluded.step, data = excluded.data
	), history as (
		insert into saga_history (id, seq, entries)
		select h.id, h.seq, substr($20, h.at, h.size)
		from unnest($21::text[], $22::int[], $23::int[], $24::int[]) as h (id, seq, at, size), guard
		where guard.ok = 1
	)
	select ok from guard`

	checkpointSQL      = trimSQL + foldSQL
	checkpointDrainSQL = drainSQL + foldSQL
)

// Checkpoint implements [saga.Journal].
func (j journal) Checkpoint(ctx context.Context, c saga.Checkpoint) error {
	return j.s.write(ctx, "checkpoint", func(ctx context.Context) error {
		query, trimmed := checkpointSQL, c.To-c.From
		if c.Drain {
			query, trimmed = checkpointDrainSQL, trimmed+1
		}
		// Without a position to delete there is nothing that a late checkpoint could miss.
		if trimmed < 1 {
			return sealed("a checkpoint folds at least one position")
		}
		args := append([]any{c.Node, c.From, c.To, trimmed}, columnsOf(c.Rows).args()...)
		_, err := j.s.pool.Exec(ctx, query, append(args, bodiesOf(c)...)...)
		if code(err) == divisionByZero {
			return sealed("a folded position is gone")
		}
		return err
	})
}

// bodiesOf are the places and sizes of the rows' data, all that is long in one piece, and the
// history with its places and sizes. An array of long values would be copied many times on its way.
func bodiesOf(c saga.Checkpoint) []any {
	size := 0
	for i := range c.Rows {
		size += len(c.Rows[i].Data)
	}
	for i := range c.History {
		size += len(c.History[i].Entries)
	}
	all := make([]byte, 0, size)
	put := func(places, sizes []int32, body []byte) ([]int32, []int32) {
		places, sizes = append(places, int32(len(all)+1)), append(sizes, int32(len(body))) //nolint:gosec // below a gigabyte, which is all that the server takes
		all = append(all, body...)
		return places, sizes
	}
	var dataAt, dataSize, entriesAt, entriesSize []int32
	for i := range c.Rows {
		dataAt, dataSize = put(dataAt, dataSize, c.Rows[i].Data)
	}
	var ids []string
	var seqs []int
	for i := range c.History {
		h := &c.History[i]
		ids, seqs = append(ids, h.ID), append(seqs, h.Seq)
		entriesAt, entriesSize = put(entriesAt, entriesSize, h.Entries)
	}
	return []any{dataAt, dataSize, all, ids, seqs, entriesAt, entriesSize}
}
