// Package scenario is the table of the payment saga as data: the rows of the requirements, each
// in the ways in which it can come about, with the script of what happens and goes wrong and the end that it
// must have. docs/tutorial/scenarios.md is the table on paper, and says which requirement each row shows; a
// test holds the two together. Package stage plays the rows.
//
// # A row
//
// A [Row] begins with a concert of its own and a buyer of its own, who has money, a token whose turn it is,
// and seats that are held. Then its steps are played. What is then held against the row is an [End], what
// can be seen from outside, member by member:
//
//	saga         its state, as GET /sagas/{id} says
//	payment      its status, and whether refundedAt is set
//	reservation  the statuses of the reservations
//	seat         those of the seats, as the concert service shows them
//	token        its status, as the queue service shows it
//	concert      its status
//	balance      what the buyer has more or less than before, in won
//	undone       the steps that were undone, in order, by the orchestrator's history
//	answers      the HTTP status of each answer, in the order in which they were waited for
//	told         the kind of the notification that the buyer got of it
//	attention    why it needed a person on the way, if it did
//	restored     tokens that the queue counts apart because they were given back
//
// An end is looked at when the buyer has been told of it and no service has a message left to deliver, so that
// what comes late has had its chance to do harm.
//
// # A system
//
// [Play] drives a [System]: the platform's door, where buyers, rivals and administrators do everything over
// HTTP like anybody else; a control address for faults and the services' clock; and the orchestrator's file,
// which it opens beside the orchestrator for the history, and to intervene as a person would with the
// command seosa. The control address exists in a demonstration and in tests only.
//
// Rows do not depend on each other and can be played any number of times on the same system, one at a time.
// A fault is aimed at the payment of the row, whose id is known before it begins: the buyer and the
// Idempotency-Key make it.
package scenario
