// Package load measures sagas per second: it runs contestants one after the other on one database,
// watches what they use, checks that they did their work, and reports. The programs bench and
// bench/peers are lists of contestants around it.
//
// A [Contestant] runs sagas of a [Workload] at an address that a [Venue] made for it. [Plan.Play]
// lets each of them run in turn: a closed loop of callers, a warm-up, the measured seconds, and then
// [Check], which compares the calls that the [Participant] saw and the sagas that are stored with
// those that were started. A contestant that loses, doubles or skips anything ends the run.
//
// The participant of a remote workload is this program once more, in a process of its own (see
// [Child]); its processor time belongs to nobody.
//
// The contestants that any engine on PostgreSQL should be seen beside are here as well: [Naive],
// [NaiveMin], [Append] and [Bare], and the engine itself, [Engines], over any store.
//
// What the figures mean, and how they are taken, is in the documentation of the program bench.
package load
