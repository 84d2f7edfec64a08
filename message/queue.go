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
	// Due is when it may be delivered; of a row that was claimed, until when it is kept from others.
	// Zero: it waits behind an earlier row of its key, or is dead.
	Due time.Time
	// LastError is what the last failure said, in at most 1,000 bytes. Empty: there was none.
	LastError string
	// Dead says that it is a dead letter: it is not tried again by itself, and holds its key.
	Dead bool
	// Written is when it was appended.
	Written time.Time
}

// Queue is the outbox as a [Relay] sees it. Each method is safe for concurrent use. After an error
// the relay repeats the same call, so a repeat must be answered like the first. Time is the queue's
// own: relays whose clocks differ agree on it.
type Queue interface {
	// Claim returns at most limit rows that may be delivered now, those first that have been due for
	// longest, and keeps them for as long as hold from whoever else claims. Of each key it returns
	// at most one, the earliest that is not delivered, and nothing of a key whose earliest row is
	// dead, claimed or not due yet. Each row's Due is when its claim runs out, and tells this claim
	// from any other. What an answer that was lost had claimed comes again after hold.
	Claim(ctx context.Context, limit int, hold time.Duration) ([]Row, error)
	// Delivered removes claimed rows for good, all or none. A row that is gone, or that another
	// claim has got since, is passed over.
	Delivered(ctx context.Context, rows ...Row) error
	// Failed records what followed from a failed delivery of a claimed row, and ends the claim. It
	// does nothing if the row is gone, or if another claim has got it since.
	Failed(ctx context.Context, row Row, f Failure) error
}

// Waker is what a [Queue] can be in addition: it says when there may be something new to claim, so
// that a relay hears of what another process has committed without looking often.
type Waker interface {
	// Wake calls wake whenever a transaction that appended has committed while no relay was at work,
	// and whenever word of one may have been missed, until ctx ends. It may be called for several
	// relays at once; wake does not block.
	Wake(ctx context.Context, wake func())
}
