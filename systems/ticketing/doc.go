// Package ticketing is the entry page of the concert platform: a system that sells concert tickets, in Go, after a
// write-up that splits a payment in one transaction into services and a saga. It has no code; the rooms
// below it have.
//
// # What a buyer does
//
// Signs on, puts money in, enters the waiting line of a concert, is let in when it is their turn, holds seats
// for five minutes, pays, and has tickets, or has every coin and seat back, whatever fails in between. README has
// it as commands; go run ./cmd/ticketing all is the system.
//
// # The rooms
//
//	event         every message of the payment saga, and the desk that answers for a step
//	access        who may do what: buyers, administrators, services; and whose turn it is
//	user          accounts, sessions, balances with a ledger, notifications
//	concert       concerts, dates, seats, and two caches
//	reservation   who holds which seat
//	queue         the waiting line, over HTTP; queue/line is the line, on SQLite and on Redis
//	payment       payments and their history
//	orchestrator  PaymentSagaOrchestrator: starts the saga, follows the facts, asks, forbids, undoes
//	platform      all of them in one process
//	monolith      the system before the split, over the same rules
//	compare       both under the same load and the same trouble
//	flaw          thirteen mistakes beside the code that does not make them
//	scenario      what can go wrong, as data; stage plays it
//	audit         the invariants, held against the files
//	plan          what each lookup does without its index
//	racetest      crowds for few seats
//	killtest      kill -9 at every durable write, and faults on every way
//
// docs/tutorial goes through it in English and Korean, and decisions 33 to 36 have the reasons.
package ticketing
