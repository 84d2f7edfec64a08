package participant

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/seosa-dev/saga/message"
)

// Work makes an [Operation] of what a service does in its own transactions. It is for packages with a
// ledger, which have a function that fills it in; T is their transaction, C the request and R the reply,
// both as JSON. All fields are needed but Undo. It is not changed after the call of Operation.
type Work[T, C, R any] struct {
	// Name is the operation's, as it is recorded.
	Name string
	// Change runs fn in a transaction, commits it if fn returns nil, and rolls it back otherwise.
	Change func(ctx context.Context, fn func(ctx context.Context, tx T) error) error
	// Ledger returns the ledger in a transaction.
	Ledger func(tx T) Ledger
	// Append puts a message into the outbox in a transaction.
	Append func(ctx context.Context, tx T, m message.Message) error
	// Try runs fn and takes back what it changed if that returns an error, as a savepoint does. If it
	// cannot, its error holds none of fn's.
	Try func(ctx context.Context, tx T, fn func() error) error
	// Do applies the effect. It may refuse at any moment: what it had changed is taken back.
	Do func(ctx context.Context, tx T, key string, c C) (R, error)
	// Undo takes the effect back. It gets what was recorded of the do. Without it, the operation cannot
	// be undone.
	Undo func(ctx context.Context, tx T, key string, c C, r R) error
}

// Operation returns the work as an operation, each call of which is one transaction with the ledger's row
// and the work in it. A request that C does not fit, unknown members included, is [ErrInvalid] and never
// gets to Do.
func (w Work[T, C, R]) Operation() Operation { return w.telling(nil) }

// telling appends the message that tells of a call, unless tell is nil.
func (w Work[T, C, R]) telling(tell Tell) Operation {
	call := func(ctx context.Context, fn func(ctx context.Context, tx T) (Entry, error)) (Entry, error) {
		return w.call(ctx, tell, fn)
	}
	op := Operation{
		Telling: w.telling,
		Do: func(ctx context.Context, key string, request json.RawMessage) (Entry, error) {
			return call(ctx, func(ctx context.Context, tx T) (Entry, error) { return w.do(ctx, tx, key, request) })
		},
		// Probe is a change too, so that it waits for a do that is under way.
		Probe: func(ctx context.Context, key string) (Entry, error) {
			return call(ctx, func(ctx context.Context, tx T) (Entry, error) { return lookUp(ctx, w.Ledger(tx), w.Name, key) })
		},
		Fence: func(ctx context.Context, key string) (Entry, error) {
			return call(ctx, func(ctx context.Context, tx T) (Entry, error) { return Fence(ctx, w.Ledger(tx), w.Name, key) })
		},
	}
	if w.Undo != nil {
		op.Undo = func(ctx context.Context, key string) (Entry, error) {
			return call(ctx, func(ctx context.Context, tx T) (Entry, error) { return w.undo(ctx, tx, key) })
		}
	}
	return op
}

// call runs one call in a transaction, with the message that tells of it. What it returns is committed.
func (w Work[T, C, R]) call(ctx context.Context, tell Tell, fn func(ctx context.Context, tx T) (Entry, error)) (Entry, error) {
	var e Entry
	err := w.Change(ctx, func(ctx context.Context, tx T) (err error) {
		e, err = fn(ctx, tx)
		if tell == nil {
			return err
		}
		m, err := tell(e, err)
		if err != nil {
			return err
		}
		return w.Append(ctx, tx, m)
	})
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

func (w Work[T, C, R]) do(ctx context.Context, tx T, key string, request json.RawMessage) (Entry, error) {
	return Do(ctx, w.Ledger(tx), w.Name, key, request, func(ctx context.Context) (reply any, err error) {
		c, err := strictly[C](request)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrInvalid, err)
		}
		err = w.Try(ctx, tx, func() error {
			reply, err = w.Do(ctx, tx, key, c)
			return err
		})
		return reply, err
	})
}

func (w Work[T, C, R]) undo(ctx context.Context, tx T, key string) (Entry, error) {
	return Undo(ctx, w.Ledger(tx), w.Name, key, func(ctx context.Context, e Entry) error {
		c, err := recorded[C](e.Request)
		r, bad := recorded[R](e.Reply)
		if err := errors.Join(err, bad); err != nil {
			return fmt.Errorf("participant: what %s recorded under %s does not fit its types any more: %w", w.Name, key, err)
		}
		return w.Undo(ctx, tx, key, c, r)
	})
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
