// Package racetest lets many buyers want few seats at the same moment, and has nothing but tests. It is the
// proof behind what the ticketing system says of a sale's first minute: no seat is sold twice, no more buyers
// are in than may be, and they are let in in the order in which they came. Nothing is made to fail here; the
// only adversary is concurrency.
//
// # The crowd
//
// All six services run in one process, each with its own file. Buyers have an account, money and a session
// before it begins, which is not measured. Then all of them enter the line of one concert at once. Whoever is let
// in looks for a free seat, tries it, tries another if somebody was faster, and pays. Whoever finds that
// nothing is left goes. Fifty may be in at once. Afterwards:
//
//   - every buyer has a ticket or was told that the concert is sold out, and the tickets are all the seats, each
//     one's once;
//   - never were more active than fifty: a trigger of the test's own in queue.db counts them with every
//     admission, in its transaction, and somebody asks the queue for its counts all the time;
//   - the order of admission is that of arrival, by the same trigger, and whoever was answered before another one
//     asked came before;
//   - the package audit finds no invariant broken, neither meanwhile nor in the end; the money that is missing
//     in the balances is the price of the tickets.
//
// It prints how long the steps took: the 50th, 95th and 99th percentile. The requests go to the handlers of the
// services without a socket.
//
// An ordinary run of the tests has fewer buyers. TICKET_BUYERS and TICKET_SEATS change how many:
//
//	TICKET_BUYERS=2000 TICKET_SEATS=100 go test -count=1 -v -timeout 30m -run TestCrowd ./systems/ticketing/racetest
//
// # Twice at once
//
// The same crowd, and everything that a buyer sends is sent twice at the same moment, under the same key. Both get
// the same answer: the same token, the same reservation, the same payment. In the end everything is as if it
// had been sent once.
//
// # One reservation, two payments
//
// Buyers pay for one reservation with two keys at once, which are two sagas. One of them has the ticket, the
// other one nothing, and the money is taken once.
package racetest
