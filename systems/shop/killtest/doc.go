// Package killtest kills the shop, and has nothing but tests. It is the proof behind one sentence
// of the guarantees: a kill -9 of anything, at any time, loses no order and does nothing twice.
//
// # What runs
//
// The test's own binary starts itself again as a child, and the child is the shop as it would run
// for its owner: the catalog service, and the order service with its engine, its relay and its
// sessions, over HTTP on loopback, each service with its file. The parent runs eight shoppers who
// sign on once and order through the public API: a number first, then a PUT under it, repeated until
// an answer says how the order ended. They want few items, so that orders meet; some want more than
// there is, some want what does not exist, some send again what has failed, and some never ask again
// once they have ordered. Meanwhile the child dies by SIGKILL, and another one starts at once on the
// same files and ports.
//
// # Where it is killed
//
// At random, by the parent; and by itself, exactly before or after one named durable write. The
// engine's: a start, an outcome, the decision to turn back, a checkpoint, the seal and the recovery
// of a dead node, a claim, the join, the seal and the hand-over of an orderly end. The order
// service's: a number, each status, the order's own rows, the fence of an insert in doubt, the
// message that gives stock back, its delivery and a delivery that failed. The catalog's: the stock
// taken, refused, fenced off or given back together with the inbox's note.
//
// Every write is told from the others by a row that it changes, and caught inside SQLite by the
// package fault: before is the commit hook, when all of the transaction is written and nothing is
// committed; after is when another connection sees it and no service has answered. What the shop
// commits only once, when it starts with no files, has a test of its own, which kills at each of
// these commits in turn.
//
// A kill counts at a place only if the child said, in a pipe, that it had come there, and it counts
// as a hit only if it cut off a request for an order. The full campaign goes on until each place was
// hit five times before and five times after, and 100 kills were hits, and it prints how often each
// was. The environment variable SHOP_KILLS says how often; what it is without the variable fits into
// an ordinary run of the tests:
//
//	SHOP_KILLS=5 go test -count=1 -v -run TestKilled ./systems/shop/killtest
//
// # What goes wrong besides
//
// Between the services, one call in five of decrements, of the questions that fence them, and of
// deliveries to the catalog: 5 % each of lost replies, lost requests, duplicates, and calls that
// arrive when their caller has given them up. In a quarter of the lives no order can be stored, so
// that stock goes back. A kind of fault that never struck fails the test, because the campaign then
// proves nothing about it.
//
// # What must hold
//
// While it goes on: no number is given out twice, nobody has to sign on again, and the answer that
// an order is placed is repeated byte for byte, over all lives. In the end the shop is left alone,
// what is Unknown is sent again as its owner would do it, and the outbox empties. Then every order
// that was acknowledged has an end, also those that nobody asks about any more, and it is the one
// that its shopper heard of last. The package audit finds no invariant broken in the files: stock and
// stored orders make what there was, to the unit. Nothing is in doubt, no message waits or is dead.
// Every instance of the engine has ended, one is completed for each placed order, no history has a
// gap, and SQLite finds both files sound.
//
// SIGKILL ends a process, not the machine: what the operating system was given is still written. The
// test says nothing about a loss of power.
package killtest
