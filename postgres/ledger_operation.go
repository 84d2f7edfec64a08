package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/participant"
)

// Operation makes an operation of a participant out of its work on a database whose tables
// [Prepare] has made. C is the request and R the reply, both as JSON. Each call is one transaction
// (read committed) with the ledger's row and the work in it, on a connection of the pool; calls of
// one key wait for each other.
//
// do applies the effect. It may refuse at any moment, with a [*participant.Refusal] or an error that
// wraps [saga.Refused]: the refusal is recorded, and everything that do had changed is taken back.
// A request that C does not fit, unknown members included, never gets to do; do itself wraps
// [participant.ErrInvalid] for what can never be accepted. After that and after every other error
// nothing is changed and nothing recorded.
//
// undo takes back what do applied. It gets the request and the reply as they were recorded, so both
// types must go on reading what earlier versions of them wrote. If undo is nil, the operation
// cannot be undone.
//
// tx is rolled back or committed here; the functions must not do that, nor keep it.
func Operation[C, R any](pool *pgxpool.Pool, name string,
	do func(ctx context.Context, tx pgx.Tx, key string, c C) (R, error),
	undo func(ctx context.Context, tx pgx.Tx, key string, c C, r R) error,
) participant.Operation {
	return operation[C, R]{pool: pool, name: name, do: do, undo: undo}.public()
}

type operation[C, R any] struct {
	pool *pgxpool.Pool
	name string
	do   func(ctx context.Context, tx pgx.Tx, key string, c C) (R, error)
	undo func(ctx context.Context, tx pgx.Tx, key string, c C, r R) error
	tell participant.Tell // nil: nobody is told
}

func (o operation[C, R]) public() participant.Operation {
	public := participant.Operation{Do: o.Do, Probe: o.Probe, Fence: o.Fence, Telling: o.Telling}
	if o.undo != nil {
		public.Undo = o.Undo
	}
	return public
}

func (o operation[C, R]) Telling(tell participant.Tell) participant.Operation {
	o.tell = tell // this copy's
	return o.public()
}

func (o operation[C, R]) Do(ctx context.Context, key string, request json.RawMessage) (participant.Entry, error) {
	return o.change(ctx, func(ctx context.Context, tx pgx.Tx) (participant.Entry, error) {
		return participant.Do(ctx, Bind(tx), o.name, key, request, func(ctx context.Context) (reply any, err error) {
			c, err := strictly[C](request)
			if err != nil {
				return nil, fmt.Errorf("%w: %w", participant.ErrInvalid, err)
			}
			err = savepoint(ctx, tx, func() error {
				reply, err = o.do(ctx, tx, key, c)
				return err
			})
			return reply, err
		})
	})
}

func (o operation[C, R]) Undo(ctx context.Context, key string) (participant.Entry, error) {
	return o.change(ctx, func(ctx context.Context, tx pgx.Tx) (participant.Entry, error) {
		return participant.Undo(ctx, Bind(tx), o.name, key, func(ctx context.Context, e participant.Entry) error {
			c, err := recorded[C](e.Request)
			r, bad := recorded[R](e.Reply)
			if err := errors.Join(err, bad); err != nil {
				return fmt.Errorf("postgres: what %s recorded under %s does not fit its types any more: %w", o.name, key, err)
			}
			return o.undo(ctx, tx, key, c, r)
		})
	})
}

// Probe takes the key's lock too, so that it waits for a do that is under way.
func (o operation[C, R]) Probe(ctx context.Context, key string) (participant.Entry, error) {
	return o.change(ctx, func(ctx context.Context, tx pgx.Tx) (participant.Entry, error) {
		e, err := participant.Probe(ctx, Bind(tx), key)
		if err != nil {
			return participant.Entry{}, err
		}
		return e, e.CheckOperation(o.name)
	})
}

func (o operation[C, R]) Fence(ctx context.Context, key string) (participant.Entry, error) {
	return o.change(ctx, func(ctx context.Context, tx pgx.Tx) (participant.Entry, error) {
		return participant.Fence(ctx, Bind(tx), o.name, key)
	})
}

// change runs one call in a transaction. What it returns is committed.
func (o operation[C, R]) change(ctx context.Context,
	fn func(ctx context.Context, tx pgx.Tx) (participant.Entry, error),
) (participant.Entry, error) {
	var e participant.Entry
	err := change(ctx, o.pool, func(tx pgx.Tx) (err error) {
		e, err = fn(ctx, tx)
		if o.tell == nil {
			return err
		}
		m, err := o.tell(e, err)
		if err != nil {
			return err
		}
		return Bind(tx).Append(ctx, m)
	})
	if err != nil {
		return participant.Entry{}, err
	}
	return e, nil
}

// savepoint runs fn and, if it fails, takes back what it changed and nothing else. If the savepoint
// is gone because fn has ended the transaction, the error is no longer that of fn: it must not be
// taken for a refusal and recorded outside of a transaction.
func savepoint(ctx context.Context, tx pgx.Tx, fn func() error) error {
	if _, err := tx.Exec(ctx, `savepoint saga_work`); err != nil {
		return wrapLocal(err, "savepoint")
	}
	err := fn()
	if err != nil {
		if _, bad := tx.Exec(ctx, `rollback to saga_work`); bad != nil {
			return fmt.Errorf("postgres: %v; and what was changed could not be taken back: %w", err, bad) //nolint:errorlint // see above
		}
	}
	if _, bad := tx.Exec(ctx, `release saga_work`); bad != nil {
		return wrapLocal(bad, "release")
	}
	return err
}

// strictly decodes JSON and refuses members that the type does not have.
func strictly[C any](text json.RawMessage) (C, error) {
	var c C
	decoder := json.NewDecoder(strings.NewReader(string(text)))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&c); err != nil {
		return c, fmt.Errorf("the body cannot be read: %w", err)
	}
	return c, nil
}

// recorded decodes JSON from the ledger. Members that the type no longer has are no reason to fail.
func recorded[T any](text json.RawMessage) (T, error) {
	var v T
	if len(text) == 0 {
		return v, nil
	}
	return v, json.Unmarshal(text, &v)
}
