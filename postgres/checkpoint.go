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

	replaceRow = `
		on conflict (id) do update set definition = excluded.definition, version = excluded.version,
			status = excluded.status, live = excluded.live, owner = excluded.owner, former = excluded.former,
			due = excluded.due, started = excluded.started, updated = excluded.updated, since = excluded.since,
			reason = excluded.reason, step = excluded.step, data = excluded.data`

	foldSQL = `, rows as (
		insert into saga_instance (` + rowColumns + `)
		select r.id, ($5::text[])[r.kind], ($6::bigint[])[r.kind], ($7::text[])[r.kind], ($8::boolean[])[r.kind],
			nullif(($9::text[])[r.kind], ''), nullif(($10::text[])[r.kind], ''), r.due, r.started, r.updated, r.since,
			($11::text[])[r.kind], ($12::text[])[r.kind], substr($25::bytea, r.at, r.size)
		from unnest($13::text[], $14::int[], $15::timestamptz[], $16::timestamptz[], $17::timestamptz[], $18::timestamptz[],
			$19::int[], $20::int[]) as r (id, kind, due, started, updated, since, at, size), guard
		where guard.ok = 1` + replaceRow + `
	), history as (
		insert into saga_history (id, seq, entries)
		select h.id, h.seq, substr($25, h.at, h.size)
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
		rows := columnsOf(c.Rows)
		args := append([]any{c.Node, c.From, c.To, trimmed}, rows.args()...)
		_, err := j.s.appends.Exec(ctx, query, append(args, bodiesOf(c)...)...)
		if code(err) == divisionByZero {
			return sealed("a folded position is gone")
		}
		return err
	})
}

// bodiesOf are the places and sizes of the rows' data, the history with its places and sizes, and all
// that is long in one piece. An array of long values would be copied many times on its way, and so
// would the piece if anything came after it.
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
	return []any{dataAt, dataSize, ids, seqs, entriesAt, entriesSize, all}
}
