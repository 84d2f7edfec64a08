// Package memory is a [saga.Store] in the memory of the process. It is for tests: of sagas that
// should run without a file, of the engine under faults, and of the suite in package conformance,
// which it passes. It is no store for real work, because what it holds ends with the process.
//
//	store := memory.Open()
//	engine, err := saga.New(store, nil, checkout)
//
// # What it is good for
//
// It keeps the whole contract of the ports: positions, seals, checkpoints that are done entirely or
// not at all, claims that give a row to one node only, reads that see one moment. So a test over it
// says as much about the engine as a test over a database, and it is fast enough to be run for every
// point at which a crash could happen.
//
// A crash is imitated by [Store.Reopen]. It gives another handle on the same data, as a new process
// would open the same file: every write that was answered is there, and incarnations that joined
// through the old handle count as gone. The old handle is not cut off. A test can go on writing
// through it, as a process does that was only thought to be dead, and see that the seal stops it.
//
// [Store.Begin] opens a transaction as a service would have one on the same database, in which sagas can
// be started; it may stay open for as long as a test likes.
//
// # How it is made
//
// One mutex guards all data, and every method holds it from beginning to end. That makes each call
// atomic and all calls one sequence, which is the easiest way to be right. Finding rows walks
// through all of them and sorts; a few thousand instances are fine, millions are not.
//
// All bytes are copied on the way in and on the way out. The caller may reuse its slices, and
// nothing that was returned changes later. Times are cut to microseconds and moved to UTC, as a
// database would do it, so that a test which forgets about that fails here already.
//
// No method waits for anything but the mutex. A call whose ctx has ended returns the context's
// error and does nothing.
package memory
