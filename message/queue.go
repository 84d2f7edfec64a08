package message

import (
	"context"
	"time"
)

// Row is a message in the outbox that was not delivered yet.
type Row struct {
	// Position is the row's place: rows that were committed earlier have a smaller one.
	Position int64
	Message  Message
	// Attempts is how many deliveries failed. Those that reached nobody are not counted.
	Attempts int
	// Due is when it may be delivered. Zero: it waits behind an earlier row of its key, or is dead.
	Due time.Time
	// LastError is what the last failure said, in at most 1,000 bytes. Empty: there was none.
	LastError string
	// Dead says that it is a dead letter: it is not tried again by itself, and holds its key.
	Dead bool
	// Written is when it was appended.
	Written time.Time
}

// Queue is the outbox as a [Relay] sees it. Each method is safe for concurrent use. After an error
// the relay repeats the same call, so a repeat must be answered like the first.
type Queue interface {
	// Due returns at most limit rows that may be delivered now, those first that have been due for
	// longest. Of each key it returns at most one, the earliest that is not delivered, and nothing
	// of a key whose earliest row is dead or not due yet.
	Due(ctx context.Context, now time.Time, limit int) ([]Row, error)
	// Delivered removes rows for good, all or none. A position that no row has is passed over.
	Delivered(ctx context.Context, positions ...int64) error
	// Failed records what followed from a failed delivery of a row. It does nothing if no row that
	// is alive has the position.
	Failed(ctx context.Context, position int64, f Failure) error
}
