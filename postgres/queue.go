package postgres

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// Queue is the outbox of a service's database as its relays and their operator see it. It implements
// [message.Queue] and [message.Waker]. Any number of relays may share an outbox, in any number of
// processes. Rows that were delivered are deleted; all others can be seen, dead letters included.
// Get one from [NewQueue]; it is safe for concurrent use.
type Queue struct {
	pool *pgxpool.Pool
	rest rest
}

// NewQueue returns the outbox of a database that [Prepare] has prepared.
func NewQueue(pool *pgxpool.Pool) *Queue { return &Queue{pool: pool} }

const outboxColumns = `position, id, source, type, key, time, data, correlation, causation, trace, written, due, attempts, dead, error`

const (
	// Who claims is alone, so that no two relays decide at once whose turn it is in a key. Those who
	// remove rows, and thereby pass a turn on, share the lock: they touch keys of their own, but a
	// claim between the two halves of that would find a key without a head.
	aloneSQL  = `select pg_advisory_xact_lock(` + outboxLock + `)` + settings
	sharedSQL = `select pg_advisory_xact_lock_shared(` + outboxLock + `)` + settings

	outboxLock = `hashtextextended('saga_outbox', 'saga_outbox'::regclass::oid::bigint)`
	// Queues are empty when the server looks at them and full a minute later: a plan that reads them
	// whole must not be chosen. One plan for all claims is made once for each connection.
	settings = `, set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true),
		set_config('enable_hashjoin', 'off', true), set_config('enable_mergejoin', 'off', true),
		set_config('jit', 'off', true), set_config('plan_cache_mode', 'force_generic_plan', true)`

	// What is delivered and comes back after a crash of the server is delivered again, which is
	// allowed; so the relay need not wait for the disk.
	relaxedSQL = `set local synchronous_commit = off`

	anyDueSQL = `select coalesce(min(due) <= statement_timestamp(), false) from saga_outbox`

	outRowSQL = `select position, id, source, type, key, time, data, correlation, causation, trace, written,
			case when head or not exists (select from saga_outbox as o where o.key = row.key and (o.head or o.position < row.position))
				then due end, attempts, dead, error
		from saga_outbox as row order by position limit $1`

	failSQL = `update saga_outbox set attempts = $4, error = $5, dead = $6,
			due = case when not $6 then statement_timestamp() + $7::interval end
		where key = $1 and position = $2 and due = $3 and head`
	redriveSQL = `update saga_outbox set dead = false, attempts = 0, due = statement_timestamp() where position = $1 and dead`

	// The next row of the key has been due since it was written: who waited for long is not put behind
	// those who came later. A key that has a head, because the row was not removed, keeps it.
	releaseSQL = `, released as (
			update saga_outbox as o set head = true, due = o.written
			from gone cross join lateral (
				select n.ctid as place from saga_outbox as n
				where n.key = gone.key and n.position <> gone.position order by n.position limit 1) as next
			where o.ctid = next.place)
		select count(*) from gone`
	deliverSQL = `with gone as (
			delete from saga_outbox as o
			using unnest($1::text[], $2::bigint[], $3::timestamptz[]) as d (key, position, due) cross join lateral (
				select r.ctid as place from saga_outbox as r
				where r.key = d.key and r.position = d.position and r.due = d.due and r.head limit 1) as found
			where o.ctid = found.place
			returning o.key, o.position)` + releaseSQL
	discardSQL = `with gone as (
			delete from saga_outbox where position = $1 and dead returning key, position)` + releaseSQL
)

// Delivered implements [message.Queue].
func (q *Queue) Delivered(ctx context.Context, rows ...message.Row) error {
	keys, positions, dues := make([]string, len(rows)), make([]int64, len(rows)), make([]time.Time, len(rows))
	for i, row := range rows {
		keys[i], positions[i], dues[i] = row.Message.Key, row.Position, row.Due
	}
	_, err := q.remove(ctx, deliverSQL, keys, positions, dues)
	return wrapLocal(err, "deliver")
}

// remove deletes rows and returns how many there were.
func (q *Queue) remove(ctx context.Context, query string, args ...any) (n int, err error) {
	b := &pgx.Batch{}
	b.Queue(relaxedSQL)
	b.Queue(sharedSQL)
	b.Queue(query, args...).QueryRow(func(row pgx.Row) error { return row.Scan(&n) })
	return n, q.transaction(ctx, b)
}

// Failed implements [message.Queue].
func (q *Queue) Failed(ctx context.Context, row message.Row, f message.Failure) error {
	_, err := q.pool.Exec(ctx, failSQL, row.Message.Key, row.Position, row.Due, f.Attempts, f.Error, f.Dead, f.Wait)
	return wrapLocal(err, "fail")
}

// Rows returns what was not delivered, oldest first, whether it is due, waits or is dead. limit is
// 100 if zero or less, and 1,000 at most.
func (q *Queue) Rows(ctx context.Context, limit int) ([]message.Row, error) {
	if limit <= 0 {
		limit = findDefault
	}
	rows, err := q.pool.Query(ctx, outRowSQL, min(limit, findMost))
	if err != nil {
		return nil, wrapLocal(err, "outbox")
	}
	all, err := pgx.CollectRows(rows, scanOutbox)
	return all, wrapLocal(err, "outbox")
}

// Holds reports whether a message of a key is not delivered yet, dead letters included.
func (q *Queue) Holds(ctx context.Context, key string) (held bool, err error) {
	err = q.pool.QueryRow(ctx, `select exists (select from saga_outbox where key = $1)`, key).Scan(&held)
	return held, wrapLocal(err, "look for messages of a key")
}

// Redrive makes a dead letter due again, with all its attempts; its last error stays until the next.
// It wakes the relays that listen. The error matches [saga.ErrNotFound] if no dead letter has the
// position.
func (q *Queue) Redrive(ctx context.Context, position int64) error {
	done, err := q.pool.Exec(ctx, redriveSQL, position)
	return q.settled(ctx, "redrive", position, int(done.RowsAffected()), err)
}

// Discard deletes a dead letter for good, undelivered, and lets the rows behind it go on. It wakes
// the relays that listen. The error matches [saga.ErrNotFound] if no dead letter has the position.
func (q *Queue) Discard(ctx context.Context, position int64) error {
	n, err := q.remove(ctx, discardSQL, position)
	return q.settled(ctx, "discard", position, n, err)
}

// settled answers a person, and wakes the relays if something was done.
func (q *Queue) settled(ctx context.Context, what string, position int64, n int, err error) error {
	switch {
	case err != nil:
		return wrapLocal(err, what)
	case n == 0:
		return fmt.Errorf("postgres: %s: %w: no dead letter has position %d; look at the outbox again", what, saga.ErrNotFound, position)
	}
	_, err = q.pool.Exec(ctx, `select pg_notify('saga_outbox_' || 'saga_outbox'::regclass::oid, '')`)
	return wrapLocal(err, what)
}

// transaction runs statements in one round trip and one transaction, each of which sees what was
// committed before it began.
func (q *Queue) transaction(ctx context.Context, statements *pgx.Batch) error {
	b := &pgx.Batch{}
	b.Queue(`begin isolation level read committed read write`)
	b.QueuedQueries = append(b.QueuedQueries, statements.QueuedQueries...)
	b.Queue(`commit`)
	return q.pool.SendBatch(ctx, b).Close()
}

func scanOutbox(row pgx.CollectableRow) (r message.Row, err error) {
	var at, due *time.Time
	var data *string
	m := &r.Message
	err = row.Scan(&r.Position, &m.ID, &m.Source, &m.Type, &m.Key, &at, &data, &m.Correlation, &m.Causation, &m.Trace,
		&r.Written, &due, &r.Attempts, &r.Dead, &r.LastError)
	m.Time, r.Due, r.Written = timeOf(at), timeOf(due), r.Written.UTC()
	if data != nil {
		m.Data = json.RawMessage(*data)
	}
	return r, err
}
