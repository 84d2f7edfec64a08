// Package embedded opens a service's own SQLite file: one connection that writes, others that read,
// and the service's migrations. It has no word of any domain; each service keeps its SQL, its schema
// and its file to itself, and no service opens another's.
//
// One connection writes because SQLite has one writer: a second one would only wait for the lock of
// the first, and a wait inside the driver cannot be measured or bounded as well as one in Go. A
// transaction takes the write lock when it begins, so what it reads still holds when it writes.
//
// The file is in WAL mode with synchronous=FULL: a commit that was answered survives a crash of the
// process and, on a disk that keeps its promises, of the machine. A commit that failed may be on
// disk all the same; [ErrCommit] marks that, and whoever talks to other services must treat it as
// an unknown outcome.
//
// Ledger, outbox and inbox ([sqlite.Bind]) live in the service's file, because what is written
// there belongs to the service's own transactions. The engine's store in the package sqlite may live in the same file. Each has its own tables and
// its own table of migrations, and the two writers wait for each other for at most five seconds.
package embedded
