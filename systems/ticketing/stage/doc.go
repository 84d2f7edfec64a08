// Package stage is where the rows of package scenario are played: the ticketing platform in processes of its
// own, with something that can go wrong at every way between the services, at every commit that matters and
// at some tables. It is for tests and demonstrations; a platform in production has none of it.
//
// # The child
//
// [Run] is a process of its own: a [platform.Platform] at one address, and at another the control address,
// which has what [fault.Faults.Handler] has, and besides
//
//	PUT /clock    {"milliseconds":360000}: the services' clock is so far ahead; the engine's never is
//	GET /waiting  {"messages":0}: how many messages wait in the outboxes, dead letters not counted
//
// # Places
//
//	PaymentCompleted>reservation   a way of a message to a service, for every message and service
//	debit APPLIED, debit REVERTED  the commit in which a step's row in the ledger becomes so; so for every
//	                               operation: claim, debit, payment, reservation, queue, concert
//	saga started, saga told        the commits of the orchestrator's table
//	journal                        a commit of the engine's journal, its key the entries
//	refunds, history               tables that can refuse rows: the ledger of balances, payments' histories
//
// The key of a message is the saga's id, and that of a commit has it in it.
//
// # Lanes
//
// A row has its platform for itself while it is played, since it may kill it. [Play] starts several of
// them, the lanes, and plays rows on whichever is free. Rows in which something is given up are played on
// lanes that give up soon ([Config.Budget]); on the others nothing is given up for want of time, so that
// a slow machine does not change an end.
//
// A lane's folder may be that of an earlier play: rows make everything they need anew.
package stage
