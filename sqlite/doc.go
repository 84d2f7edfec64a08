// Package sqlite keeps sagas in one SQLite file. It is the store to begin with: no server, no cgo,
// and an engine that runs on it needs nothing else.
//
//	store, err := sqlite.Open(ctx, "sagas.db")
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	engine, err := saga.New(store, nil, checkout)
//
// # A service's own database
//
// Beside the store there is the other half, for services that take part in sagas or send messages,
// in their own database and their own transactions. [OpenDatabase] opens a file with the settings
// and tables that this needs; whoever brings a connection of another making calls [Prepare] on it,
// and opens it with _txlock=immediate and a busy timeout (the driver's name is "sqlite"). [Bind] turns
// a transaction into an outbox, an inbox and a ledger: what is written through it is committed with
// the service's own rows or not at all. [Func] makes a saga's step of work on such a database.
// [Operation] and [Consumer] wrap the usual cases (a keyed operation of package participant, which is
// served over HTTP or by message; a handler of package message that has its effect once), and
// [NewQueue] is the outbox as a message.Relay and its operator see it; all relays of a file share one
// Queue. None of it needs the store, or an engine.
//
// # Sagas in a service's transaction
//
// If the store's tables are in the same file, a transaction of the service can start a saga and deliver
// replies: saga.Definition.Start takes what [Bind] returns. Call saga.Engine.Wake after the commit, or
// the engine finds out within a second and a half. SQLite has one writer at a time, so as long as such a
// transaction is open no engine on the file can write a word, and one that is open for ten seconds makes
// it log errors and try again. So a transaction must not wait for an engine: a Start, Deliver or Apply on
// an engine inside it waits for the transaction's own end, and a Wait for something that cannot
// happen, until their ctx ends. That of [DB.Change] ends after ten seconds; then the transaction is rolled
// back, and the engine goes on.
//
// # Files
//
// Open makes three files besides the one it is given: path-wal and path-shm, which belong to SQLite
// and must be moved and copied together with the file, and path.lock. The tables are all named
// saga_..., and so is the table of applied migrations, so a service may keep its own tables, with
// migrations of its own, in the same file. It should open a connection of its own for them and keep
// its write transactions short: SQLite has one writer at a time, and an engine that waits for
// longer than ten seconds gets an error and tries again.
//
// The file must lie on a local disk. Network file systems do not keep SQLite's locking promises.
//
// # One process
//
// A file has one process at a time. Open takes an advisory lock on path.lock and refuses if another
// process, or another Store of this one, has it; the message names the process to stop. The
// operating system frees the lock when the process ends, also by kill -9, so nothing has to be
// cleaned up by hand and a stale path.lock means nothing. Because of this the store knows at once
// that every node which was not joined through it is gone (see [saga.NodeState]), and recovery
// after a restart does not wait for a lease to run out. On systems without flock nothing is taken:
// there, take care yourself that only one process runs.
//
// # Visitors
//
// A tool that only looks, or that wants something done, is not kept out: [Visit] opens the file
// beside the process that has it, or while none has. It takes no lock and changes no table, so it
// can be used at any time and does not make a node look alive or gone. It reads rows, which are at
// most one checkpoint old, and sends commands; what they ask for is done by the engine in the other
// process, or by the one that is started next. A visitor waits for the moment between two writes of
// the other process and writes for as long as one small transaction takes.
//
// A visitor must be of the same version as the tables, since it migrates none. It needs the right
// to write to the file, also to read it, unless another process has the file open or died while it
// had: SQLite keeps files beside it as long as anybody reads, and those that a stranger made would
// be in the engine's way.
//
// # Durability and speed
//
// The file is in WAL mode with synchronous=FULL: a method that writes returns after fsync, and what
// it wrote survives kill -9 and the loss of power, as far as the disk tells the truth. All writes go
// through one connection, one after the other; each is one transaction. Statements are prepared once
// and take up to 32 rows at a time, since in this SQLite it is the row operations that cost. Reads
// use a few connections of their own, see one snapshot each, and neither wait for writes nor hold
// them up.
//
// A call whose ctx has ended before its turn comes does nothing and returns the context's error. A
// write that has begun is not interrupted by the context: it ends, well or badly, and says which.
// An error other than [saga.ErrSealed] and [saga.ErrNotFound] leaves open whether the write
// happened, as the contract of [saga.Store] says.
//
// # Versions
//
// Open brings the tables up to date by the migrations that are embedded here. A file that was
// written by a later version is refused with an error that matches [saga.ErrFormat] and left as it
// was. Going back to an earlier version of this package therefore needs a copy of the file from
// before the update.
//
// # Lists
//
// Lists of one status or of a few, or of none in particular, go by an index: they take as long as
// what they return, however many instances have ended. Within those, definition, reason, step and
// the time in a status are looked up row by row; so is a text, which also reads each row's data.
// Without a status a rare value of these, or a text, is looked for in all rows.
//
// # Backup
//
// Copy the file with SQLite's own means (VACUUM INTO, or the backup command of its shell), or copy
// the file and path-wal while no process has it open.
package sqlite
