package participant

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
)

// Do runs the work at most once per key and returns what stands under the key afterwards. It is
// called inside the local transaction that the ledger is bound to, which the caller commits if the
// error is nil, and rolls back otherwise.
//
// If nothing is recorded, the work runs and its reply is recorded as JSON (nil as none). If the
// work refuses, which it does with an error that holds a [Refusal] or wraps [saga.Refused], the
// refusal is recorded and returned as an entry without an error. What the work changed before it
// refused must not stay, and Do cannot take it back: work that may refuse late needs a savepoint
// around it. Any other error of the work is returned as it is, and nothing is recorded.
//
// If something is recorded, the work does not run. The same request gets the recorded entry; every
// request gets [Cancelled] if that is what stands. Requests are the same if they are the same JSON
// value; space and the order of members do not count, the way a number is written does.
//
// The error matches [ErrKeyReused] if the key stands for another request or operation, and
// [ErrInvalid] if the key or the request is unfit and nothing stands under the key.
func Do(ctx context.Context, l Ledger, operation, key string, request json.RawMessage,
	work func(ctx context.Context) (reply any, err error),
) (Entry, error) {
	known, err := lookUp(ctx, l, operation, key)
	if err != nil || known.State == Cancelled {
		return known, err
	}
	request, err = compact(request)
	switch {
	case known.State != None && !same(known.Request, request): // or it is no JSON
		return Entry{}, fmt.Errorf("%w: %s was decided for another body", ErrKeyReused, key)
	case known.State != None:
		return known, nil
	case err != nil:
		return Entry{}, fmt.Errorf("%w: the request is not JSON: %w", ErrInvalid, err)
	}
	return decide(ctx, l, Entry{Key: key, Operation: operation, Request: request}, work)
}

func decide(ctx context.Context, l Ledger, e Entry, work func(context.Context) (any, error)) (Entry, error) {
	reply, err := work(ctx)
	e.State, e.Decided, e.Refusal = Applied, now(), refusalIn(err)
	switch {
	case e.Refusal != nil:
		e.State = Refused
		err = e.Refusal.compact()
	case err == nil && reply != nil:
		e.Reply, err = json.Marshal(reply)
	}
	if err != nil {
		return Entry{}, err
	}
	return record(ctx, l, e)
}

// Undo takes back what Do applied under the key, at most once, and returns what stands under the
// key afterwards, which is never [Applied] or [None]. It is called like [Do] inside the local
// transaction. The work gets the entry, so the caller of an undo needs to know nothing but the key.
//
// If nothing is recorded, [Cancelled] is, and a do that arrives later is refused: an undo may
// overtake what it undoes. If nothing is to be taken back, the entry stays as it is. An error of
// the work is returned as it is; an undo cannot be refused, only tried again.
func Undo(ctx context.Context, l Ledger, operation, key string,
	work func(ctx context.Context, e Entry) error,
) (Entry, error) {
	known, err := lookUp(ctx, l, operation, key)
	switch {
	case err != nil:
		return Entry{}, err
	case known.State == None:
		return cancel(ctx, l, operation, key)
	case known.State != Applied:
		return known, nil
	}
	if err := work(ctx, known); err != nil {
		return Entry{}, err
	}
	known.State, known.Reverted = Reverted, now()
	return record(ctx, l, known)
}

// Probe returns what stands under a key, whichever operation decided it: see
// [Entry.CheckOperation]. [None] means not so far: a do under way may still arrive, which is
// harmless to one who repeats it with the same key, and to nobody else.
func Probe(ctx context.Context, l Ledger, key string) (Entry, error) {
	if err := checkKey(key); err != nil {
		return Entry{}, err
	}
	e, err := l.Entry(ctx, key)
	if err != nil {
		return Entry{}, err
	}
	if !e.State.known() || e.Key != key {
		return Entry{}, fmt.Errorf("participant: the ledger has %q of %q under %q; look for another program that writes there",
			e.State, e.Key, key)
	}
	return e, nil
}

// Fence returns what stands under a key and makes it final: if nothing did, [Cancelled] does now,
// and a do that arrives later is refused. It is called like [Do] inside the local transaction.
func Fence(ctx context.Context, l Ledger, operation, key string) (Entry, error) {
	known, err := lookUp(ctx, l, operation, key)
	if err == nil && known.State == None {
		return cancel(ctx, l, operation, key)
	}
	return known, err
}

func lookUp(ctx context.Context, l Ledger, operation, key string) (Entry, error) {
	e, err := Probe(ctx, l, key)
	if err == nil {
		err = e.CheckOperation(operation)
	}
	if err != nil {
		return Entry{}, err
	}
	return e, nil
}

func cancel(ctx context.Context, l Ledger, operation, key string) (Entry, error) {
	return record(ctx, l, Entry{Key: key, Operation: operation, State: Cancelled, Decided: now()})
}

func record(ctx context.Context, l Ledger, e Entry) (Entry, error) {
	if err := l.Record(ctx, e); err != nil {
		return Entry{}, err
	}
	return e, nil
}

// now is in whole microseconds, so that a database gives back what it was given.
func now() time.Time { return time.Now().UTC().Truncate(time.Microsecond) }
