package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

type journal struct{ s *Store }

const (
	joinSQL = `with new as (
		insert into saga_node (node, holder, lease) values ($1, $2, $3) on conflict do nothing returning node
	)
	insert into saga_journal (node, pos, kind) select node, 0, 0 from new`

	// The row before is locked until the end, so that it can be neither trimmed nor found to be an
	// end in the meantime. A row that is at the place already is an error that undoes everything:
	// passing over it would leave a key without its entry.
	beforeSQL = `with before as materialized (
		select 1 from saga_journal where node = $1 and pos = $2 - 1 and kind < 2 for key share
	)`

	appendPlainSQL = beforeSQL + `
	insert into saga_journal (node, pos, kind, entries) select $1, $2, 1, $3 from before`

	// A start in a transaction of a caller's holds its key for as long as that is open. An append with
	// starts must not wait that long, since everything behind it waits too, so it gives up and leaves
	// the id out. All other waits are shorter; if one is not, the append is only tried again.
	keyWait   = `'50ms'`
	patientIf = beforeSQL + `, patience as materialized (
		select set_config('lock_timeout', `
	patientSQL = `, true) as set
	), put as (
		insert into saga_journal (node, pos, kind, entries, starts)
		select $1, $2, 1, $3, $4 from before, patience where set <> '' returning 1
	)`

	// An instance that starts alone waits for this one, so it is kept short.
	appendStartSQL = patientIf + keyWait + patientSQL + `
	insert into saga_key (id, definition, hash, node, pos)
	select $5, $6, $7, $1, $2 from put on conflict do nothing`

	// Keys and commands are locked in order of their ids, keys first: two appends that want the same
	// ones wait for each other and never in a circle.
	appendFullSQL = patientIf + `case when cardinality($5::text[]) > 0 then ` + keyWait + ` else '0' end` + patientSQL + `, keys as (
		insert into saga_key (id, definition, hash, node, pos)
		select k.id, k.definition, k.hash, $1, $2
		from unnest($5::text[], $6::text[], $7::bytea[]) as k (id, definition, hash), put
		where k.id <> all($10::text[]) order by k.id collate "C" on conflict do nothing returning id
	), waiting as materialized (
		select c.id from saga_command as c
		where c.id = any($8::text[]) and c.answer is null and exists (select 1 from put)
		order by c.id for update of c
	), told as (
		update saga_command as c set answer = a.answer
		from unnest($8::text[], $9::bytea[]) as a (id, answer), waiting as w
		where w.id = a.id and c.id = w.id
	)
	select (select count(*) from put), array(select id from keys)`

	// What stands at the place, and which starts are not its own. One that was left out has perhaps no
	// key at all.
	lookSQL = `select kind = 1 and entries = $3 and starts = $4, array(
		select s.id from unnest($5::text[]) as s (id)
		where not exists (select 1 from saga_key as k where k.id = s.id and k.node = $1 and k.pos = $2))
		from saga_journal where node = $1 and pos = $2`

	// Which of some ids are in the hands of transactions of callers': see holdSQL.
	heldSQL = `select s.id from unnest($1::text[]) as s (id)
		where hashtext(s.id)::bigint & 4294967295 in (
			select l.objid::bigint from pg_locks as l
			where l.locktype = 'advisory' and l.classid = 'saga_key'::regclass and l.objsubid = 2 and l.granted
				and l.database = (select oid from pg_database where datname = current_database()))`
)

// Join implements [saga.Journal].
func (j journal) Join(ctx context.Context, node string, lease time.Duration) error {
	return j.s.write(ctx, "join", func(ctx context.Context) error {
		tag, err := j.s.appends.Exec(ctx, joinSQL, node, j.s.holder, lease)
		if err == nil && tag.RowsAffected() == 0 {
			err = sealed("%s has been used", node)
		}
		return err
	})
}

// Append implements [saga.Journal].
func (j journal) Append(ctx context.Context, a saga.Append) (taken []string, err error) {
	err = j.s.write(ctx, "append", func(ctx context.Context) (err error) {
		taken, err = j.append(ctx, a, nil)
		for code(err) == lockTimeout {
			var held []string
			if held, err = j.held(ctx, a.Starts); err == nil {
				taken, err = j.append(ctx, a, held)
			}
		}
		return err
	})
	return taken, err
}

// append leaves the starts of ids that are held without a key.
func (j journal) append(ctx context.Context, a saga.Append, held []string) (taken []string, err error) {
	switch {
	case len(a.Answers) > 0 || len(a.Starts) > 1 || len(held) > 0:
		return j.appendFull(ctx, a, held)
	case len(a.Starts) == 1:
		return j.appendStart(ctx, a, a.Starts[0])
	}
	return nil, j.appendPlain(ctx, a)
}

// held returns the ids that transactions of callers' have started which are still open.
func (j journal) held(ctx context.Context, starts []saga.StartKey) ([]string, error) {
	ids := make([]string, len(starts))
	for i := range starts {
		ids[i] = starts[i].ID
	}
	rows, err := j.s.appends.Query(ctx, heldSQL, ids)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[string])
}

func (j journal) appendPlain(ctx context.Context, a saga.Append) error {
	tag, err := j.s.appends.Exec(ctx, appendPlainSQL, a.Node, a.Position, bytes(a.Entries))
	if err == nil && tag.RowsAffected() == 1 {
		return nil
	}
	if err != nil && code(err) != uniqueViolation {
		return err
	}
	_, err = j.look(ctx, a, []byte{}, nil)
	return err
}

func (j journal) appendStart(ctx context.Context, a saga.Append, k saga.StartKey) ([]string, error) {
	starts := digest(a)
	tag, err := j.s.appends.Exec(ctx, appendStartSQL, a.Node, a.Position, bytes(a.Entries), starts, k.ID, k.Definition, bytes(k.Hash))
	if err == nil && tag.RowsAffected() == 1 {
		return nil, nil
	}
	if err != nil && code(err) != uniqueViolation {
		return nil, err
	}
	return j.look(ctx, a, starts, []string{k.ID})
}

func (j journal) appendFull(ctx context.Context, a saga.Append, held []string) ([]string, error) {
	if held == nil {
		held = []string{} // nil would be null
	}
	k, starts := keysOf(a), digest(a)
	var put int
	var got []string
	err := j.s.appends.QueryRow(ctx, appendFullSQL, a.Node, a.Position, bytes(a.Entries), starts,
		k.ids, k.definitions, k.hashes, k.commands, k.answers, held).Scan(&put, &got)
	if err == nil && put == 1 {
		return without(k.ids, got), nil
	}
	if err != nil && code(err) != uniqueViolation {
		return nil, err
	}
	return j.look(ctx, a, starts, k.ids)
}

// look is for an append that did not go in. If the same one went in before, it is answered as that
// one was: a key never changes hands.
func (j journal) look(ctx context.Context, a saga.Append, starts []byte, ids []string) (taken []string, err error) {
	var same bool
	err = j.s.appends.QueryRow(ctx, lookSQL, a.Node, a.Position, bytes(a.Entries), starts, ids).Scan(&same, &taken)
	if err == pgx.ErrNoRows || err == nil && !same { //nolint:errorlint // QueryRow returns it as it is
		return nil, sealed("%s cannot append at %d", a.Node, a.Position)
	}
	return taken, err
}

// without returns the ids that are not among others; both are sorted.
func without(ids, others []string) (rest []string) {
	got := make(map[string]bool, len(others))
	for _, id := range others {
		got[id] = true
	}
	for _, id := range ids {
		if !got[id] {
			rest = append(rest, id)
		}
	}
	return rest
}
