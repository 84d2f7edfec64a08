package saga

import (
	"context"
	"time"
)

// Store is a database as the engine sees it: three ports over one set of tables. Drivers hold no
// rule; every decision is the engine's, and all bytes are opaque to them. The package conformance
// defines each port's behaviour as a test suite.
//
// All methods of all ports may be called from several goroutines at once. An error that is not one
// of the sentinels named here means that the result is unknown: the write may have happened.
type Store interface {
	Journal() Journal
	Instances() Instances
	Reader() Reader
}

// Waker is what a [Store] can be in addition: it says when there may be something new to claim, so
// that a node need not ask often. A store that is none is asked once a second.
type Waker interface {
	// Wake calls wake whenever a command was sent, by whomever, and whenever one may have been
	// missed, until ctx ends. It may be called for several nodes at once; wake does not block.
	Wake(ctx context.Context, wake func())
}

// Journal is one append-only log per node incarnation, addressed by position. It is the truth;
// rows are a view that is written behind it. Sealing a log by taking its next position is CORFU's
// and Delos's way to fence a writer without leases on every row.
type Journal interface {
	// Join makes a new incarnation known by inserting position 0 of its journal. A node id is
	// never used twice: joining a known one is [ErrSealed]. The lease is for others to read in
	// [NodeState].
	Join(ctx context.Context, node string, lease time.Duration) error

	// Append writes one row of entries at a position and one key row for each start whose id is
	// free, all of it durably or none of it. It returns the ids that were not free; their entries
	// are in the row and count for nothing. An id that a [Transaction] has started which is still open
	// is not free either, or Append waits for it if the store has one writer at a time. It is [ErrSealed] unless the row before it exists and
	// is not a seal, and if another row holds the position. Repeating an append byte for byte is
	// answered as the first one was: that is how one whose answer was lost is settled.
	//
	// The answers to commands are part of the same write: each is stored with its command, which
	// is from then on never claimed again. A command that is not there, or has its answer already,
	// stays as it is.
	Append(ctx context.Context, a Append) (taken []string, err error)

	// Seal takes the next position of a node's journal, so that no append of it goes in any more.
	// Sealing a sealed journal succeeds; sealing an unknown node is [ErrNotFound].
	Seal(ctx context.Context, node string) error

	// Tail reads, in one snapshot, a node's journal in order of position and the live rows that
	// the node owns.
	Tail(ctx context.Context, node string) (Tail, error)

	// Checkpoint upserts rows, adds history chunks and trims exactly the journal rows that they
	// fold: it deletes positions From to To-1 and empties position To. It does all of this or, if
	// any of these positions is not there with entries or as a join, nothing, and is [ErrSealed].
	// At least one position must be deleted, unless Drain is set. With Drain it deletes To as well
	// and marks the seal that follows it as drained; it is ErrSealed unless there is an undrained
	// seal right after To.
	Checkpoint(ctx context.Context, c Checkpoint) error
}

// Instances is what a node needs besides its journal.
type Instances interface {
	// Claim makes the node the owner of live rows that nobody owns, or that a drained node owns,
	// and returns them as they were before, due first. Their owner before is then their Former, but
	// that of a row which was the node's own stays. No row goes to two claims. Unless it names
	// IDs, it takes rows that are due and rows for which a command waits, due or not. It returns all
	// waiting commands of the rows that it took, and at most Limit more that follow Claim.After in
	// order of Sent and ID: those of rows that the node owned before, or that are not live any more.
	// A claim by IDs returns no others.
	Claim(ctx context.Context, c Claim) (Claimed, error)

	// Send stores commands until they are answered, all of them or none. One whose ID is known is
	// left as it is.
	Send(ctx context.Context, commands []Command) error

	// Answers returns the answers to those of the commands that have one, in any order.
	Answers(ctx context.Context, ids []string) ([]Answer, error)

	// Forget removes the answered commands that were sent before a time.
	Forget(ctx context.Context, before time.Time) error

	// Keys returns the key rows of the ids that have one, in any order.
	Keys(ctx context.Context, ids []string) ([]StartKey, error)

	// Define stores the shapes that are not yet stored under their name and version, and returns
	// what is stored for each of them now, in the order given.
	Define(ctx context.Context, shapes []StoredShape) ([]StoredShape, error)

	// Nodes returns every incarnation that is not drained, in any order.
	Nodes(ctx context.Context) ([]NodeState, error)
}

// Reader is what people see: rows, at most one checkpoint behind the journal.
type Reader interface {
	// Find returns the rows that match, latest start first.
	Find(ctx context.Context, f Filter) ([]Row, error)
	// History returns an instance's chunks in order of Seq.
	History(ctx context.Context, id string) ([]Chunk, error)
	// Count returns how many instances stand in each status.
	Count(ctx context.Context) (map[Status]int, error)
	// Shapes returns every stored shape.
	Shapes(ctx context.Context) ([]StoredShape, error)
	// Commands returns the commands for an instance that are still stored, oldest first by Sent and
	// ID, with their answers.
	Commands(ctx context.Context, instance string) ([]SentCommand, error)
}

// Append is one row for a node's journal.
type Append struct {
	Node     string
	Position int64 // at least 1
	Entries  []byte
	Starts   []StartKey // sorted by ID, each once; Node and Position are the append's
	Answers  []Answer   // to commands
}

// StartKey is the row that keeps an instance's id for ever: what makes a start idempotent.
type StartKey struct {
	ID         string
	Definition string
	Hash       []byte // of the canonical input
	Node       string // whose journal started it; "" if a Transaction did
	Position   int64  // in which row
}

// PositionKind is what stands at a position of a journal.
type PositionKind int

const (
	Joined  PositionKind = iota // position 0 of every journal
	Entries                     // an append, or what a checkpoint left of one
	Sealed                      // the end of a journal that is still to be folded
	Drained                     // the end of a journal that was folded into rows
)

// Position is one row of a journal.
type Position struct {
	Number  int64
	Kind    PositionKind
	Entries []byte // empty once folded
}

// Tail is what recovery reads.
type Tail struct {
	Positions []Position
	Rows      []Row
}

// Checkpoint is what a journal implies, written as rows.
type Checkpoint struct {
	Node     string
	From, To int64
	Rows     []Row
	History  []Chunk
	Drain    bool
}

// Row is the latest state of an instance. Only Data is the instance; the rest are copies for
// queries. A driver stores times with at least microsecond precision, in UTC.
type Row struct {
	ID         string
	Definition string
	Version    int
	Status     Status
	Live       bool
	Owner      string    // "" if nobody
	Former     string    // who owned it before it was claimed; "" if nobody. A claim sets it
	Due        time.Time // zero if never
	Started    time.Time
	Updated    time.Time
	Since      time.Time // in this status
	Reason     Reason    // why it needs attention; "" otherwise
	Step       string    // the open step; "" once ended
	Data       []byte
}

// Chunk is a part of an instance's history.
type Chunk struct {
	ID      string
	Seq     int // of its first entry
	Entries []byte
}

// Claim asks for dormant instances.
type Claim struct {
	Node   string
	Due    time.Time // rows due by then
	IDs    []string  // if not empty: these rows, due or not
	Own    bool      // rows that Node owns already, due or not: what a claim whose answer was lost took
	Wanted bool      // without IDs: only rows for which a command waits, not those that are only due
	After  Command   // Sent and ID of the last command that an earlier claim returned; zero begins anew
	Limit  int
}

// Claimed is what a claim took, and the commands that wait for what the node owns.
type Claimed struct {
	Rows     []Row
	Commands []Command // of all these rows, and some of others; oldest first
	More     bool      // others than those of Rows were left out, because of the limit
	Next     time.Time // no row that anybody may claim falls due before, but for rows of drained nodes; zero if that is not known
}

// Command is something that a person wants done to an instance, whoever holds it.
type Command struct {
	ID       string // unique for ever
	Instance string
	Sent     time.Time
	Data     []byte
	Ended    bool // set by Claim: the instance's row is not live
}

// SentCommand is a command and what became of it.
type SentCommand struct {
	Command
	Answered bool
	Answer   Answer
}

// Answer is what became of a command.
type Answer struct {
	ID   string // the command's
	Data []byte
}

// NodeState is how far an incarnation's journal has come.
type NodeState struct {
	ID       string
	Position int64 // of its newest row
	Sealed   bool
	Gone     bool          // the driver knows that its process has ended
	Lease    time.Duration // that it joined with; 0 if the store does not say
	Absent   bool          // its process has lost touch with the store: it may have ended
	Silent   time.Duration // since its newest row was written, by the store's clock; 0 if the store does not say
}

// StoredShape is a definition's shape as a store keeps it.
type StoredShape struct {
	Name    string
	Version int
	Data    []byte
}

// Filter chooses rows. Zero fields choose all.
type Filter struct {
	IDs        []string
	Statuses   []Status
	Definition string
	Reason     Reason
	Step       string    // the open step
	Text       string    // somewhere in the id or in Data, whatever the case of ASCII letters
	Stood      time.Time // in their status since then or longer
	Before     time.Time // started before
	After      string    // rows that follow the row of this id in the same order; none if it has no row
	Limit      int       // 100 if zero, 1,000 at most
}
