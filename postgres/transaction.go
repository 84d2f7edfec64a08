package postgres

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// StartInstance implements [saga.Starter]: call [saga.Definition.Start] with the Bound. The search_path
// of the connection must find the tables of a [Store], in the same database, and the role needs the
// rights of an engine's on them. Engines that listen hear of the commit. Until then nobody else can
// start the id: another transaction or an engine waits for a second or two and is told
// [saga.NotDone] then, and an engine's other work goes on. The transaction's isolation should be read
// committed; under a stricter one a start that races with another ends in a serialization failure. After
// an error that is not [saga.NotDone], [saga.ErrConflict], [saga.ErrInvalid] or [saga.ErrTooLarge] the
// server accepts nothing more in the transaction.
func (b Bound) StartInstance(ctx context.Context, beginning saga.Beginning) (saga.Instance, error) {
	return beginning.In(ctx, transaction(b))
}

// Deliver is [saga.Engine.Deliver] in the transaction: the replies are there when it commits, and what
// is rolled back was never said. Data may take 64 KiB.
func (b Bound) Deliver(ctx context.Context, replies ...saga.Reply) error {
	return saga.DeliverIn(ctx, transaction(b), replies...)
}

// transaction implements [saga.Transaction].
type transaction Bound

const (
	// Where the store's tables are, and not the first schema, which is perhaps the service's own.
	channelSQL = `(select 'saga_' || case when octet_length(n.nspname::text) <= 58 then n.nspname::text
			else encode(substr(sha256(convert_to(n.nspname::text, 'UTF8')), 1, 16), 'hex') end
		from pg_class as c join pg_namespace as n on n.oid = c.relnamespace where c.oid = 'saga_key'::regclass)`

	// Whoever starts an id in a transaction holds a lock beside its key until the end. Others in
	// transactions see by it that they would wait for the key, and an append which ones to leave out.
	holdSQL = `select pg_try_advisory_xact_lock('saga_key'::regclass::oid::int, hashtext($1::text)) as got`

	startSQL = `with lock as materialized (` + holdSQL + `), key as (
		insert into saga_key (id, definition, hash, node, pos)
		select $1, $2::text, $3::bytea, '', 0 from lock where got on conflict do nothing returning 1
	), put as (
		insert into saga_instance (` + rowColumns + `)
		select $1, $2, $4::bigint, $5::text, $6::boolean, nullif($7::text, ''), nullif($8::text, ''), $9::timestamptz,
			$10::timestamptz, $11::timestamptz, $12::timestamptz, $13::text, $14::text, $15::bytea from key` + replaceRow + `
	), history as (
		insert into saga_history (id, seq, entries) select $1, $16::int, $17::bytea from key
	), told as materialized (
		select pg_notify(` + channelSQL + `, '') from key
	)
	select (select got from lock), exists (select 1 from key) and exists (select 1 from told)`

	shapeSQL = `select data from saga_shape where name = $1 and version = $2`
	rowSQL   = `select ` + rowColumns + ` from saga_instance where id = $1`
	tellSQL  = insertSQL + ` select pg_notify(` + channelSQL + `, '')`
)

// holdWithin is how long a start waits for another transaction that holds its id.
const holdWithin = 1500 * time.Millisecond

// Start implements [saga.Transaction].
func (t transaction) Start(ctx context.Context, k saga.StartKey, r saga.Row, first saga.Chunk) (*saga.StartKey, *saga.Row, error) {
	end := time.Now().Add(holdWithin)
	for wait := time.Millisecond; ; wait = min(2*wait, 100*time.Millisecond) {
		var held, put bool
		err := t.tx.QueryRow(ctx, startSQL, k.ID, k.Definition, bytes(k.Hash),
			r.Version, string(r.Status), r.Live, r.Owner, r.Former, moment(r.Due), r.Started, r.Updated, r.Since,
			string(r.Reason), r.Step, bytes(r.Data), first.Seq, bytes(first.Entries)).Scan(&held, &put)
		switch {
		case err != nil:
			return nil, nil, t.wrap(err, "start")
		case put:
			return nil, nil, nil
		case held:
			return t.found(ctx, k.ID)
		case time.Now().After(end):
			return nil, nil, fmt.Errorf("%w: another transaction that is still open has started %q; end that one, or begin anew later", saga.NotDone, k.ID)
		case !pause(ctx, wait):
			return nil, nil, context.Cause(ctx)
		}
	}
}

// found is what stands under an id.
func (t transaction) found(ctx context.Context, id string) (*saga.StartKey, *saga.Row, error) {
	keys, err := t.Keys(ctx, []string{id})
	if err == nil && len(keys) != 1 {
		err = fmt.Errorf("postgres: start: the key of %q is there and cannot be read; roll back and begin anew", id)
	}
	if err != nil {
		return nil, nil, err
	}
	rows, err := t.tx.Query(ctx, rowSQL, id)
	if err != nil {
		return nil, nil, t.wrap(err, "start")
	}
	row, err := pgx.CollectExactlyOneRow(rows, collectRow)
	if errors.Is(err, pgx.ErrNoRows) {
		return &keys[0], nil, nil
	}
	return &keys[0], &row, t.wrap(err, "start")
}

// Shape implements [saga.Transaction].
func (t transaction) Shape(ctx context.Context, name string, version int) (data []byte, err error) {
	err = t.tx.QueryRow(ctx, shapeSQL, name, version).Scan(&data)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return data, t.wrap(err, "shape")
}

// Keys implements [saga.Transaction].
func (t transaction) Keys(ctx context.Context, ids []string) ([]saga.StartKey, error) {
	rows, err := t.tx.Query(ctx, keysSQL, ids)
	if err != nil {
		return nil, t.wrap(err, "keys")
	}
	keys, err := pgx.CollectRows(rows, collectKey)
	return keys, t.wrap(err, "keys")
}

// Send implements [saga.Transaction].
func (t transaction) Send(ctx context.Context, commands []saga.Command) error {
	_, err := t.tx.Exec(ctx, tellSQL, commandArgs(commands)...)
	return t.wrap(err, "send")
}

// wrap says what to do if the tables of sagas are elsewhere.
func (t transaction) wrap(err error, method string) error {
	if code(err) == undefinedTable {
		return fmt.Errorf("postgres: %s: the transaction's search_path does not find the tables of sagas; add their schema to it, or run: %s: %w", method, migrateCommand, err)
	}
	return wrap(err, method)
}
