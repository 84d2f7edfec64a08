package sqlite

import (
	"context"
	"time"
)

type traceKey struct{}

// Trace returns a context under which [DB.Change] tells of each transaction when it is over: of which file it
// was, and how long it was open, from its beginning, when it has the file's one write lock, to the end of its
// commit or rollback. Waiting for the lock is not part of it. done must be quick and safe for concurrent use.
// What writes without DB.Change, such as an engine's [Store], is not told of.
func Trace(ctx context.Context, done func(path string, open time.Duration)) context.Context {
	return context.WithValue(ctx, traceKey{}, done)
}

// traced begins to measure a transaction, and returns what ends that.
func (db *DB) traced(ctx context.Context) func() {
	done, ok := ctx.Value(traceKey{}).(func(string, time.Duration))
	if !ok {
		return func() {}
	}
	begun := time.Now()
	return func() { done(db.path, time.Since(begun)) }
}
