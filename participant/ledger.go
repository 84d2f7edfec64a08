package participant

import "context"

// Ledger is where a participant remembers what it decided, one entry per key. It is bound to the
// local transaction in which the work is done, so that an effect and its entry are committed
// together or not at all. Like the transaction, it is for one goroutine.
//
// Between Entry and the end of the transaction nobody else may write under the same key: the
// database must let writers wait for each other, by a lock on the key or on the whole.
type Ledger interface {
	// Entry returns what is recorded under a key, as it was recorded. If nothing is, it returns an
	// entry with the key and the state [None], and no error.
	Entry(ctx context.Context, key string) (Entry, error)
	// Record inserts an entry, or replaces what stands under its key.
	Record(ctx context.Context, e Entry) error
}
