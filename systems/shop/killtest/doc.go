// Package killtest kills the shop, and has nothing but tests. It is the proof behind one sentence
// of the guarantees: a kill -9 of anything, at any time, loses no order and does nothing twice.
//
// # What runs
//
// The test's own binary starts itself again as a child, and the child is the shop as it would run
// for its owner: the catalog service and the order service with its engine, over HTTP on loopback,
// each with its file. The parent runs eight shoppers who order through the public API: a number
// first, then a PUT under it, repeated until an answer says how the order ended. They want few
// items, so that orders meet; some want more than there is, some want what does not exist, and some
// never ask again once they have ordered. Meanwhile the child dies by SIGKILL, and another one
// starts at once on the same files and ports.
//
// # Where it is killed
//
// At random, by the parent; and by itself, exactly before or after one named durable write: a start,
// an outcome, the decision to turn back, a checkpoint, the seal and the recovery of a dead node, a
// claim, the join, the seal and the hand-over of an orderly end, an order number, the stock taken,
// refused, given back or fenced off, and the order's own rows. The engine's writes are caught around
// its store. The services' are caught inside SQLite: before is the commit hook, when all of the
// transaction is written and nothing is committed; after is when the service has committed and its
// reply is not yet sent. What the shop commits only once, when it starts with no files, has a test
// of its own, which kills at each of these commits in turn.
//
// A kill counts at a place only if the child said, in a pipe, that it had come there, and it counts
// as a hit only if it cut off a request for an order. The campaign goes on until each place was hit
// five times and 100 kills were hits, and it says how often each was.
//
// # What goes wrong besides
//
// Replies, requests and undo replies get lost, requests arrive twice, a decrement arrives after the
// order service has given it up and fenced it, and some orders cannot be stored while a trigger
// stands in the way, so that their stock goes back. Which of this meets an order depends on its
// number and its lines, so it meets the order again in every life. A fault that never happened
// fails the test: then the campaign proves nothing about it.
//
// # What must hold
//
// While it goes on: no number is given out twice, and what the shop once said of an order it says
// again in the same words, over all lives. In the end, when the shop is left alone: every order that
// was acknowledged ends, also those that nobody asks about any more; and the files, read without the
// shop, agree with each other and with every answer. For each item, what is left and what the stored
// orders contain make what there was. The ledger holds stock for a key if and only if that order is
// stored, with the same lines at the same prices. Every instance has ended, no history has a gap, and
// SQLite finds both files sound.
//
// SIGKILL ends a process, not the machine: what the operating system was given is still written. The
// test says nothing about a loss of power.
package killtest
