// Command limits measures the engine at its edges, on PostgreSQL: what a restart with very many
// instances in flight takes, what sleeping and ended instances cost, what an idle node asks of its
// server, whether throughput holds over minutes, how soon a person's word is heard, and what
// an outbox delivers.
//
//	go run ./bench/limits                        # all cases, about twelve minutes
//	go run ./bench/limits -only restart -n 1000  # one case, made small
//
// It uses the server that SAGA_POSTGRES names, whose user may create schemas and databases. With -o
// bench/results a run is kept under today's date, and is never overwritten. Each figure says what
// is aimed at, if anything is. Everything uses the engine's and the store's default configuration.
//
// # Cases
//
//	restart    A process starts N instances whose first call blocks, and is killed with SIGKILL when
//	           the last start is acknowledged. Another is started at once, in which every call
//	           succeeds. Times count from just before its exec until it told what it made durable:
//	           the takeover itself (recovered), and then the first answer of a call, which is what
//	           "progress" means.
//	sleepers   N instances whose first call did nothing and is repeated in hours. Their engine's
//	           memory and processor time, in the process that put them to sleep and in one that was
//	           started after it, beside those of an engine without any. The heap is what is left after
//	           a garbage collection that also gave back what was free; resident is the kernel's figure
//	           after that. The connections of the one that put them to sleep keep buffers as large as
//	           their last statement, however many sleep; the instances that it holds are counted.
//	idle       One node with nothing to do, then two, in a database of their own. Statements, pings
//	           included, are counted on their way to the server, without encryption. Beside them are
//	           the transactions that the server counted: its own autovacuum's are among them, and all
//	           reach its counters up to ten seconds late.
//	ended      128 callers run sagas of four steps (the bench's W1) in a schema that was empty and in
//	           one with N ended instances, copied in SQL from two that were run. Rounds are
//	           interleaved, and the ratio is within a round.
//	sustained  The same load without a pause, in thirty equal parts. "First" and "last" are a fifth of
//	           the time each: a minute of five. A machine that grows slow in these minutes looks the
//	           same, so rounds as those of "ended" follow, beside what the load has left.
//	timers     N timers are set to fall due a thousand in each second, the first when all have been set.
//	           How late each is counts from the time that it was set to until its transition was told,
//	           which is after it was durable.
//	waiting    N instances wait for a reply. Another store delivers one after the other, pausing
//	           between, to the node that idles. Times are from just before Deliver until the settled
//	           step was told of.
//	relay      N messages that have piled up in an outbox are relayed to a handler that counts them, and
//	           to one with an inbox and an effect in a transaction of its own; then eight writers, each
//	           of which waits for its message before it commits the next; then messages with pauses
//	           between, committed by others than the relay's process would be: only the
//	           notification wakes it. Times are from just before Commit. At last, what an idle relay
//	           asks of the server, counted as in "idle".
//	wake       N instances need attention and nobody holds them. A second process sends "retry" for
//	           one after the other, pausing between, to the node that idles. Times are from just before
//	           Apply until the node told of its durable transition, and until Apply returned.
//
// The engines of restart, sleepers, idle and wake are children of this process, started from the
// same binary, because one is killed and the others' memory is measured.
//
// # Checks
//
// After each case every instance must stand where it should, none missing and none besides, and
// every call must have been made exactly as often as it should. Anything else ends the command with
// exit code 1. A goal that is missed does not: it is a figure, and is marked.
//
// -n, -seconds and -rounds change the size, the length and the repetitions; -profiles keeps
// profiles of the restarted process's CPU and of the heap after instances were put to sleep. Others
// who use the machine or the server disturb the figures; the load average at the beginning is among
// the facts.
package main
