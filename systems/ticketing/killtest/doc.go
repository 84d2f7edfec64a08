// Package killtest kills the ticketing system, and has nothing but tests. It is the proof behind what the
// payment saga promises: a kill -9 of the whole system at any time, or of Redis, loses no ticket, no seat and no
// money, and does nothing twice.
//
// # What runs
//
// The test's own binary starts itself again as a child, and the child is package platform as it would run for its
// owner: six services, each with its file, behind one door on loopback. The parent runs twelve buyers over
// HTTP: they enter the line of a concert, wait for their turn, hold a seat or two, bring money and pay. All that
// they send they repeat as it is, under the same key, until there is an answer. Some bring too little money and
// pay again when they have more, some click twice, some pay for the same from two windows, some give their seats
// back, and some forget them. A concert has 24 seats, so that buyers meet; when it is sold out, an administrator
// makes another. Meanwhile the child dies by SIGKILL, and another one starts at once on the same files and
// port.
//
// # Where it is killed
//
// At random, by the parent; and by itself, exactly before or after one named durable write of one service
// (places): each state of each step's row in the ledgers, the service's own rows, the messages that are
// delivered, the start of a saga, what the engine decides, and the note that its end is told. The package fault
// catches them inside SQLite: before is the commit hook, when all is written and nothing is committed; after is
// when another connection sees it and nobody has been told.
//
// Left out are the undo of CONCERT, which only a person's word leads to; what a first start writes; and the
// checkpoints and takeovers of the engine. The last two are killed by systems/shop/killtest.
//
// A kill counts at a place only if the child said, in a pipe, that it had come there, and it counts as a hit only
// if a saga was live in orchestrator.db when the process died. With 100 kills there is one before and one after
// each write; the small campaign of an ordinary run has those that matter most:
//
//	TICKET_KILLS=100 go test -count=1 -v -timeout 30m ./systems/ticketing/killtest
//
// # What goes wrong besides
//
// On every way of a message to a service, 4 % each of lost messages, lost answers, duplicates, and messages that
// arrive when their sender has given them up. In each third life the facts that carry the saga are lost or late at
// places, and in each sixth no message reaches one of the services for a while. Some places need more: a step
// that is given up, because its messages are all lost; a concert that is closed, a reservation that is cancelled and
// a token that is taken away while somebody pays. A campaign in which too few payments were completed or paid
// back, a place was never hit, or a kind of fault never struck, fails: it would prove nothing.
//
// # What must hold
//
// While it goes on: an end that a buyer was told stays what it is, and the same key is the same saga. Then
// everything is left alone, and every payment ends, those too that nobody asks about any more. No message is
// left, package audit finds none of its invariants broken in the files, which it can all judge then, the sagas are
// those that the buyers know of, and as they know them, and SQLite finds the files sound.
//
// # Redis
//
// A third as many kills are made with the line in a Redis, at the writes of the queue; it is empty when some lives
// begin, and away when others do. And in a test of its own it is emptied and killed while payments are on their way to
// the queue: they wait there, and none turns back. It comes back empty: all payments are completed, and who waits
// has the place and the time that they had.
//
// SIGKILL ends a process, not the machine: what the operating system was given is still written. The test says
// nothing about a loss of power.
package killtest
