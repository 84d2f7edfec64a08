package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
)

// Queue is the outbox of a service's database as its relay and its operator see it. It implements
// [message.Queue]. Rows that were delivered are deleted; all others can be seen, dead letters
// included. Get one from [NewQueue]; it is safe for concurrent use.
//
// Claims are kept in memory: all relays of an outbox share one Queue, and when its process ends,
// however it ends, nothing is claimed any more.
type Queue struct {
	db   Database
	read *sql.DB

	mu   sync.Mutex          // held from before rows are read or removed until claims say so
	held map[int64]time.Time // position: when its claim runs out
}

// NewQueue returns the outbox of a database that [Prepare] has prepared. It writes through db and
// reads through read, which must see what db has committed.
func NewQueue(db Database, read *sql.DB) *Queue {
	return &Queue{db: db, read: read, held: map[int64]time.Time{}}
}

const (
	outboxColumns = `position, id, source, type, key, time, data, correlation, causation, trace,
		written, due, attempts, dead, error`
	dueSQL    = `select ` + outboxColumns + ` from saga_outbox where due <= ? order by due, position limit ?`
	outRowSQL = `select ` + outboxColumns + ` from saga_outbox order by position limit ?`
	// The next row of the key is due since it was written: who waited for long is not put behind
	// those who came later.
	deliverSQL = `delete from saga_outbox where position = ? returning key`
	releaseSQL = `update saga_outbox set due = written
		where position = (select min(position) from saga_outbox where key = ?) and due is null and dead = 0`
	failSQL = `update saga_outbox set attempts = ?, due = ?, error = ?, dead = ?
		where position = ? and due is not null`
	redriveSQL = `update saga_outbox set dead = 0, attempts = 0, due = ? where position = ? and dead = 1`
	discardSQL = `delete from saga_outbox where position = ? and dead = 1 returning key`
)

// Claim implements [message.Queue].
func (q *Queue) Claim(ctx context.Context, limit int, hold time.Duration) ([]message.Row, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	now := time.Now()
	rows, err := q.read.QueryContext(ctx, dueSQL, now.UnixMicro(), limit+len(q.held))
	due, err := collect(rows, err, scanOutbox)
	if err != nil {
		return nil, wrap(err, "outbox")
	}
	due = slices.DeleteFunc(due, func(r message.Row) bool { return q.held[r.Position].After(now) })
	due = due[:min(limit, len(due))]
	for i := range due {
		due[i].Due = now.Add(hold)
		q.held[due[i].Position] = due[i].Due
	}
	return due, nil
}

// mine reports whether a row has no later claim than the one it came with.
func (q *Queue) mine(row message.Row) bool {
	until, held := q.held[row.Position]
	return held && until.Equal(row.Due)
}

// Delivered implements [message.Queue].
func (q *Queue) Delivered(ctx context.Context, rows ...message.Row) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	rows = slices.DeleteFunc(slices.Clone(rows), func(r message.Row) bool { return !q.mine(r) })
	if len(rows) == 0 {
		return nil
	}
	err := q.change(ctx, "deliver", func(ctx context.Context, tx *sql.Tx) error {
		for _, row := range rows {
			if _, err := remove(ctx, tx, deliverSQL, row.Position); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, row := range rows {
		delete(q.held, row.Position)
	}
	return nil
}

// Failed implements [message.Queue].
func (q *Queue) Failed(ctx context.Context, row message.Row, f message.Failure) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.mine(row) {
		return nil
	}
	due := any(time.Now().Add(f.Wait).UnixMicro())
	if f.Dead {
		due = nil
	}
	err := q.change(ctx, "fail", func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, failSQL, f.Attempts, due, f.Error, f.Dead, row.Position)
		return err
	})
	if err == nil {
		delete(q.held, row.Position)
	}
	return err
}

// Rows returns what was not delivered, oldest first, whether it is due, waits or is dead. limit is
// 100 if zero or less, and 1,000 at most.
func (q *Queue) Rows(ctx context.Context, limit int) ([]message.Row, error) {
	if limit <= 0 {
		limit = findDefault
	}
	rows, err := q.read.QueryContext(ctx, outRowSQL, min(limit, findMost))
	all, err := collect(rows, err, scanOutbox)
	return all, wrap(err, "outbox")
}

// Holds reports whether a message of a key is not delivered yet, dead letters included.
func (q *Queue) Holds(ctx context.Context, key string) (bool, error) {
	var held bool
	err := q.read.QueryRowContext(ctx, `select exists (select 1 from saga_outbox where key = ?)`, key).Scan(&held)
	if err != nil {
		return false, fmt.Errorf("sqlite: look for messages of %q: %w", key, err)
	}
	return held, nil
}

// Redrive makes a dead letter due again, with all its attempts; its last error stays until the next.
// Wake the relay afterwards. The error matches [saga.ErrNotFound] if no dead letter has the position.
func (q *Queue) Redrive(ctx context.Context, position int64) error {
	return q.change(ctx, "redrive", func(ctx context.Context, tx *sql.Tx) error {
		done, err := tx.ExecContext(ctx, redriveSQL, time.Now().UnixMicro(), position)
		if err != nil {
			return err
		}
		n, err := done.RowsAffected()
		if err == nil && n == 0 {
			err = noDeadLetter(position)
		}
		return err
	})
}

// Discard deletes a dead letter for good, undelivered, and lets the rows behind it go on. Wake the
// relay afterwards. The error matches [saga.ErrNotFound] if no dead letter has the position.
func (q *Queue) Discard(ctx context.Context, position int64) error {
	return q.change(ctx, "discard", func(ctx context.Context, tx *sql.Tx) error {
		there, err := remove(ctx, tx, discardSQL, position)
		if err == nil && !there {
			err = noDeadLetter(position)
		}
		return err
	})
}

func (q *Queue) change(ctx context.Context, what string, fn func(context.Context, *sql.Tx) error) error {
	return wrap(q.db.Change(ctx, fn), what)
}

func noDeadLetter(position int64) error {
	return fmt.Errorf("%w: no dead letter has position %d; look at the outbox again", saga.ErrNotFound, position)
}

// remove deletes a row, if it is there, and makes the next one of its key due.
func remove(ctx context.Context, tx *sql.Tx, query string, position int64) (there bool, err error) {
	rows, err := tx.QueryContext(ctx, query, position)
	keys, err := collect(rows, err, func(rows *sql.Rows) (key string, err error) { return key, rows.Scan(&key) })
	if err != nil || len(keys) == 0 {
		return false, err
	}
	_, err = tx.ExecContext(ctx, releaseSQL, keys[0])
	return true, err
}

func scanOutbox(rows *sql.Rows) (r message.Row, err error) {
	var at, due sql.NullInt64
	var data sql.NullString
	var written int64
	m := &r.Message
	err = rows.Scan(&r.Position, &m.ID, &m.Source, &m.Type, &m.Key, &at, &data, &m.Correlation, &m.Causation, &m.Trace,
		&written, &due, &r.Attempts, &r.Dead, &r.LastError)
	if at.Valid {
		m.Time = time.UnixMicro(at.Int64).UTC()
	}
	if data.Valid {
		m.Data = json.RawMessage(data.String)
	}
	if due.Valid {
		r.Due = time.UnixMicro(due.Int64).UTC()
	}
	r.Written = time.UnixMicro(written).UTC()
	return r, err
}
