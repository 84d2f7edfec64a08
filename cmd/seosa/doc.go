// Command seosa shows the sagas of a store and settles those that need a person.
//
//	seosa -store sagas.db list
//	seosa -store sagas.db show order-42
//	seosa -store sagas.db retry order-42 -reason "the bank is back" -dry-run
//	seosa -store sagas.db retry order-42 -reason "the bank is back"
//
// A store is an SQLite file or, if its name begins with postgres:// or postgresql://, a schema of a
// PostgreSQL server. The variable SEOSA_STORE names it where -store does not. It may be in use by
// engines or lie still: but for "migrate up", the command takes no lock, runs no migration and makes
// no file (see sqlite.Visit and postgres.Visit). What it wants done it leaves in the store. A running
// engine does it within about a second, and otherwise the next one decides it before any further
// call. No error shows the password of a URL.
//
// # Commands
//
//	list         what is not at its end, what needs a person first
//	show         one instance: what is known of it, and every attempt
//	retry        try the open step again, asking first about what is unknown
//	compensate   turn back: undo what took effect, in reverse
//	resolve      say whether the open step, or the open undo, is done
//	skip         go on as if the open step, or the open undo, had succeeded
//	stop         make no further attempt until retry or compensate
//	migrate      how far the tables are, and bring them up to date
//	diff         what deploying a new build would strand
//	help         a page about a command
//
// # Exit codes
//
//	  0  all was done; a list may be empty
//	  1  some or all interventions were refused, or their instances had moved; of migrate: this
//	     program cannot run on the tables as they are; of diff: the build would strand something
//	  2  the arguments make no sense, or a confirmation was not given; nothing was done
//	  3  no instance matches, or an id does not exist; nothing was done
//	  4  the store cannot be read or written
//	  5  sent and not applied yet: no engine runs, or none answered within -wait
//	130  interrupted
//
// The package cli has the details, the package query the filters. This package only finds out what
// the process has: its terminal, its user, its variables, and the store behind a name.
package main
