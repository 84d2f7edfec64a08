// Package flaw is the flaw gallery of the ticketing system: mistakes that the write-up's design, and the usual
// ways to build it, lead to. Each is played twice by the same schedule of steps: once by a naive variant, a
// few dozen lines written so that the mistake can be seen, and once by the services' own code. Both are
// printed side by side, with the invariant that the one breaks and the other keeps.
//
//	F-A1   lost-event         an event that is published after the commit, from memory
//	F-A4   rolled-back        a failure that is written down in the transaction that it rolls back
//	F-A8   refund-no-money    a refund that changes a status and no balance
//	F-A9   double-refund      an undo that is keyed by nothing
//	F-A10  resold-seat        a seat that is released although somebody else has it by now
//	F-A11  blind-restore      a token that is set to PROCESSING whatever became of it
//	F-A12  blind-available    a concert that is set to AVAILABLE whatever an administrator said
//	F-A13  undo-first         an undo that overtakes its original
//	F-A17  stale-cache        a cache that is evicted before the commit
//	F-A18  swept-hold         a hold that ends while it is being paid
//	F-A19  two-sagas          a check, and then an insert
//	F-A21  overshoot          a promotion made of two commands
//	F-A22  partial-hold       a request for three seats of which some are held
//
// # How it is played
//
// A schedule is written by hand, step by step, and nothing in it waits for time: a race is two calls in
// the order that does the damage, a crash is a process whose memory is dropped, a clock is a variable. So
// a play has the same end each time. Each side has SQLite files of its own in a temporary folder. The
// naive side has the few tables that its mistake needs; the real side is opened with the New of the services
// and spoken to by messages, as the bus would, or by the managers and caches where those hold the rule.
//
// [Run] prints, [Flaw.Play] returns the same as data. A finding is counted from the tables, and not from what
// the code says of itself.
//
// The naive variants are nothing to build upon. No other package may import this one but a command.
package flaw
