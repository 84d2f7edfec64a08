// Command bench measures what the saga engine costs, beside code that does the least a program can
// do to survive a crash.
//
//	make bench                                                # PostgreSQL, about eleven minutes
//	make bench BENCH="-rounds 1 -seconds 1 -c 16 -only engine"
//	go run ./bench -store sqlite                              # about two minutes, needs no server
//	go run ./bench -store postgres                            # the server that SAGA_POSTGRES names
//
// With -o bench/results a run is kept under today's date, with -svg it is drawn as well, -h tells the
// rest. Other engines are measured by bench/peers, a module of its own.
//
// # Contestants
//
// "engine, durable per step" runs a definition whose steps are not replayable: every outcome is on
// disk before the next step is called. "engine, replayable" runs the same definition with
// Replayable set, so that a saga waits twice, for its start and for its end. Both use the engine's
// and the store's default configuration.
//
// On PostgreSQL they are beside four others, written with pgx and prepared statements:
//
//	naive      a row per saga, found by its primary key; updated before every call with what is about
//	           to be done and after it with what came of it. Each write is a transaction of its own and
//	           one round trip, over one connection for each caller: 10 for W1, 16 for W3.
//	naive-min  the same without the intents, 5 and 8 transactions. After a crash nobody knows whether
//	           the open step was called.
//	append     the transitions of naive as rows of one log, in batches: one goroutine writes, in one
//	           statement, all that came while it was writing. What storage can do without an engine.
//	bare HTTP  W2 only: the four calls, and nothing kept.
//
// On SQLite, "plain loop" is naive-min over database/sql, with one connection for writing that is
// taken in turn and the settings of the package sqlite.
//
// "by message" is the engine whose steps are asked by one message each and answered by another, over
// delivery within the process. With "no-op" the other side keeps nothing, as in W1 for the others,
// and answers each message from a goroutine of its own; what remains is the engine and the messages.
// With "ledger", on SQLite, it is a participant with a file of its own: each call is a transaction
// with its ledger row and its reply, and a relay carries the replies out of it.
//
// None of these is a rival in features: no history, no index for finding unfinished work, no
// idempotent start, no attempts or timeouts. They write the state once, because no step changes it;
// their tables have the indexes and the order of columns that cost them least.
//
// # Workloads
//
// W1 has four steps, each with a compensation, that do nothing but count their calls, and a state
// of about 100 bytes; every step succeeds. In W2 each step is an HTTP request to a participant that
// does nothing but count: this program once more, as a process of its own, over connections that
// are kept. In W3 the fourth step refuses and three compensations follow.
//
// # Method
//
// The load is a closed loop: c callers each start a saga, wait until its end is known, and start
// the next. Every case has a fresh file or schema, which is dropped afterwards; on PostgreSQL a
// checkpoint, so that the first change of each page, which is logged as a whole page, meets all
// alike; a short warm-up; and then its seconds. The contestants of one workload and one c run right
// after each other, in another order each round, because a shared machine drifts: the figure to
// trust is the ratio to the baseline of the same round. Tables show the median over the rounds with
// the smallest and largest value.
//
//	sagas/s     sagas that ended in the time until the last caller had its answer
//	p50, p99    from the call that starts a saga until its end is known
//	CPU s/1000  processor time per 1000 sagas until everything is written and closed, so what a
//	            contestant does behind a saga's back is in it. It is this process with the callers, and
//	            all processes of the database's server: those that ended are known to the first of them,
//	            see /proc. W2's participant is left out. "-" if the server is on another machine
//	WAL B       bytes that the server wrote to its log per saga
//	write tx    transactions per saga that wrote: how many transaction ids the server gave out
//	x BASELINE  sagas/s divided by that of naive-min, or the plain loop, in the same round
//
// CPU, WAL and write tx are of the whole server, so nobody else may use it. Its own work, as
// autovacuum's, is in them, and belongs there.
//
// -preload N puts that many completed sagas into the store before every case, by copying one in SQL.
//
// # Checks
//
// A number counts only if the work was done. After each case the store is opened anew, and every
// saga that was started must be there once with the right end, the right steps in effect and the
// state it was given, and nothing else may be there; every step must have been called exactly once
// per saga. Anything else ends the command with exit code 1.
//
// # Data
//
// SQLite's files lie in a new folder under the working directory, or under -dir, which is removed at
// the end; the schemas on PostgreSQL begin with bench_. Both go after ctrl-C as well. A folder in
// memory is refused: there fsync costs nothing and the result would say nothing. Results that are
// kept are named bench/results/YYYY-MM-DD-STORE.md and are never overwritten; compare ratios between
// them, and absolute numbers only on the same machine.
package main
