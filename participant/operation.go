package participant

import (
	"context"
	"encoding/json"
)

// Operation is one thing that a participant does and can undo, as four calls about a key. Each runs
// in a local transaction of its own and returns what stands under the key when that is committed.
// The functions must be safe for concurrent use. A database package makes one out of the work.
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
}
