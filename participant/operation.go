package participant

import (
	"context"
	"encoding/json"

	"github.com/seosa-dev/saga/message"
)

// Operation is one thing that a participant does and can undo, as four calls about a key. Each runs
// in a local transaction of its own and returns what stands under the key when that is committed.
// The functions must be safe for concurrent use. A database package makes one out of the work,
// with [Work].
//
// Their errors match [ErrInvalid] or [ErrKeyReused]; after any other it is not known what was done.
// A refusal is no error: it is an entry with the state [Refused], [Cancelled] or [Reverted].
type Operation struct {
	// Do applies the effect at most once per key. The request is what the caller sent, and may be
	// no JSON at all.
	Do func(ctx context.Context, key string, request json.RawMessage) (Entry, error)
	// Undo takes the effect back at most once. It is nil for what cannot be undone.
	Undo func(ctx context.Context, key string) (Entry, error)
	// Probe says what stands under the key.
	Probe func(ctx context.Context, key string) (Entry, error)
	// Fence says what stands under the key for good: if nothing did, [Cancelled] does now.
	Fence func(ctx context.Context, key string) (Entry, error)
	// Telling returns the same operation, each call of which also puts a message into the outbox,
	// in the call's own transaction. It is for a [Responder], and nil if the database has no outbox;
	// the operation can then be served over HTTP only.
	Telling func(Tell) Operation
}

// Tell says which message goes out with a call. It gets what the call came to, and is asked inside
// its transaction. If it returns no error, the message is appended and the transaction committed,
// also after an error of the call that matches [ErrInvalid], which has changed nothing. Otherwise
// all is rolled back, and the error is that of the call. It is asked once per transaction, so more
// than once if that is repeated, and does nothing but say.
type Tell func(e Entry, err error) (message.Message, error)
