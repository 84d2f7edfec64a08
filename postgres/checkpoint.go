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
			r.started, r.updated, r.since, r.reason, r.step, r.data
		from unnest($5::text[], $6::text[], $7::int[], $8::text[], $9::boolean[], $10::text[], $11::text[], $12::timestamptz[],
			$13::timestamptz[], $14::timestamptz[], $15::timestamptz[], $16::text[], $17::text[], $18::bytea[])
			as r (` + rowColumns + `), guard
		where guard.ok = 1
		on conflict (id) do update set definition = excluded.definition, version = excluded.version,
			status = excluded.status, live = excluded.live, owner = excluded.owner, former = excluded.former,
			due = excluded.due, started = excluded.started, updated = excluded.updated, since = excluded.since,
			reason = excluded.reason, step = excluded.step, data = excluded.data
	), history as (
		insert into saga_history (id, seq, entries)
		select h.id, h.seq, h.entries
		from unnest($19::text[], $20::int[], $21::bytea[]) as h (id, seq, entries), guard
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
		ids, seqs, entries := chunks(c.History)
		_, err := j.s.pool.Exec(ctx, query, append(args, ids, seqs, entries)...)
		if code(err) == divisionByZero {
			return sealed("a folded position is gone")
		}
		return err
	})
}

func chunks(history []saga.Chunk) (ids []string, seqs []int, entries [][]byte) {
	for i := range history {
		h := &history[i]
		ids, seqs, entries = append(ids, h.ID), append(seqs, h.Seq), append(entries, bytes(h.Entries))
	}
	return ids, seqs, entries
}
