// Command bench measures what the saga engine costs on SQLite, beside a hand-written loop that does
// the least a program can do to survive a crash.
//
//	go run ./bench                        # about three minutes
//	go run ./bench -rounds 1 -seconds 1   # a first look
//	go run ./bench -o bench/results       # and keep the result under today's date
//
// # Contestants
//
// "engine, durable per step" runs a definition whose steps are not replayable: every outcome is on
// disk before the next step is called. "engine, replayable" runs the same definition with
// Replayable set, so that a saga waits twice, for its start and for its end. Both use the engine's
// default configuration, and their store is the package sqlite.
//
// "plain loop" is the same saga without an engine: insert a row when the saga starts, call a step,
// update the row, and so on, each write its own transaction. It has the same SQLite, the same
// settings, and one connection for writing, with prepared statements, that is taken in turn. It is
// the cheapest such loop that is still honest, not a rival in features: no history, no index for
// finding unfinished work, no idempotent start, no attempts or timeouts, and the state is written
// once because no step changes it.
//
// # Workloads
//
// W1 has four steps, each with a compensation, that do nothing but count their calls, and a state
// of about 100 bytes; every step succeeds. The plain loop commits five times. In W3 the fourth step
// refuses and three compensations follow; the plain loop commits eight times.
//
// # Method
//
// The load is a closed loop: c callers each start a saga, wait until its end is known, and start
// the next. Every case has a fresh file, a short warm-up and then its seconds. The contestants of
// one workload and one c run right after each other, in another order each round, because a shared
// machine drifts: the figure to trust is the ratio to the plain loop of the same round. Tables show
// the median over the rounds with the smallest and largest value.
//
//	sagas/s     sagas that ended in the time until the last caller had its answer
//	p50, p99    from the call that starts a saga until its end is known
//	CPU ms      user and system time of the whole process per saga, until the file is closed; so
//	            rows that the engine writes behind a saga's back and the callers are in it
//	x plain     sagas/s divided by the plain loop's in the same round
//
// # Checks
//
// A number counts only if the work was done. After each case the file is opened anew, and every
// saga that was started must be there once with the right end, the right steps in effect and the
// state it was given, and nothing else may be there; every step must have been called exactly once
// per saga. Anything else ends the command with exit code 1.
//
// # Data
//
// The files lie in a new folder under the working directory, or under -dir, which is removed at the
// end, also after ctrl-C. A folder in memory is refused: there fsync costs nothing and the result
// would say nothing. Results that are kept are named bench/results/YYYY-MM-DD-sqlite.md and are
// never overwritten; compare ratios between them, and absolute numbers only on the same machine.
package main
