// Package fault makes calls, publishes, commits and writes go wrong on demand: for tests, for the
// player of the demo and for its page. It stands around services and never inside them. Nothing
// that a service is built of imports it, and no header, URL or environment variable of a service
// reaches it; what is not wired by a test or by cmd/demo has no faults. A test of this module holds
// that rule.
//
// # Places
//
// A [Faults] knows places by the names that the wiring gives them:
//
//	f := fault.New(nil)
//	catalog := f.HTTP(placeOf, keyOf, catalogHandler)        // calls over HTTP
//	relay := message.NewRelay(queue, f.Publisher("publish", bus), nil)
//	err := f.Rejects(ctx, "insert", orders, "orders")        // a table
//	err = f.WatchCommits(fault.Table{Table: "saga_ledger"})  // commits to SQLite
//
// [Faults.Arm] says what shall happen at one of them and how often; [Faults.Random] lets it happen
// by chance. Each call of a watched place is recorded with what its caller saw of it
// ([Faults.Calls]): OK, NO, or "?" if that does not say whether it was carried out.
//
// # Kinds
//
// What a kind does, how often the call is carried out, and what its caller sees:
//
//	kind          at        carried out                 the caller sees
//	refuse        HTTP      no                          a refusal: NO
//	drop-request  HTTP, P   no                          a broken connection: ?
//	drop-reply    HTTP, P   once                        a broken connection: ?
//	delay         HTTP, P   once, after Hold or Release a broken connection: ?
//	hold-reply    HTTP      once                        nothing until Hold or Release, then the answer
//	duplicate     HTTP, P   twice                       the second answer
//	fail-before   HTTP      no                          500: ?
//	fail-after    HTTP      once                        500: ?
//	crash-before  HTTP, P   no                          its peer's process dies: ?
//	              commit    all written, no commit      the same
//	crash-after   HTTP, P   once                        the same
//	              commit    committed                   the same
//	off           P         no                          message.ErrUnavailable: ?
//	lose          P         no                          OK
//	postpone      P         once, after Hold or Release OK
//	reject        table     no                          an error of the database, definitely
//
// P is a publisher, where "carried out" means handed to the next one, a broken connection is an
// error that says nothing, and delay is an error that matches message.ErrUnavailable, so that a
// relay burns no attempt. A delayed call arrives although its caller has long gone; it is recorded
// once more then, marked late. A refusal is the wire's lie: no participant recorded it, and one
// that is asked about the key has none.
//
// A caller whose own time is to run out, rather than to have its connection cut, gets hold-reply:
// the work is done and the answer does not come.
//
// # Waiting
//
// [Faults.Struck] waits until a fault has struck, at which point the effect that the table promises
// is in place, so that a script needs no pauses: arm a delay, start the call, wait for the strike,
// let the caller ask about the key, then [Faults.Release]. Faults that were armed for the same call
// strike in the order of arming, one a call.
//
// # Crashes
//
// A crash is a kill -9 of the own process, so it needs a process of its own to die; its parent
// starts it again and looks at what is left. A line of the log is written before it. A commit has
// its place from the rows that it changes ([Table]), for instance "decrement" for a ledger row that
// becomes APPLIED. Before a commit means inside its transaction, by SQLite's commit hook
// (https://www.sqlite.org/c3ref/commit_hook.html). After it means as soon as a second connection
// sees it; no watched answer or publish gets out between the two.
//
// # Control
//
// [Faults.Handler] offers the same over HTTP, for callers on this machine. Bodies are limited to
// 64 KiB there, and a request that is kept or doubled to 1 MiB.
//
// A reject is a trigger and part of the database file. It is lifted by [Faults.Clear] and
// [Faults.Disarm], and by [Faults.Rejects] if a process died in between; a service that is started
// without this package on such a file would go on refusing.
package fault
