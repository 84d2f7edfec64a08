// Package orchestrator pays for concert tickets: it starts the payment saga for a buyer, follows what the
// services do, and sees to it that every sale comes to an end, with the tickets or with nothing.
//
// # Following, not leading
//
// The way forward is choreography: each service reacts to the fact before its own, and the orchestrator is
// not in the way. It makes two moves: it asks the reservation service to keep the reservations for
// this saga (CLAIM), and it publishes PaymentInitiated (which begins DEBIT). What follows it expects:
//
//	step         waits for              nothing within Config.Expect?  refused, or its budget used up?
//	CLAIM        ReservationsClaimed    AskClaim                       nothing was done
//	DEBIT        BalanceDebited         AskDebit                       UndoClaim
//	PAYMENT      PaymentCompleted       AskPayment                     UndoDebit, UndoClaim
//	RESERVATION  ReservationsCompleted  AskReservation                 UndoPayment, UndoDebit, UndoClaim
//	QUEUE        QueueCompleted         AskQueue                       UndoReservation, …
//	CONCERT      ConcertStatusUpdated   AskConcert                     UndoQueue, UndoReservation, …
//
// A step is given up for one of two reasons: its service refuses, or it has not happened within its budget.
// Then, before anything is undone, the service is told not to do it any more (FenceX), so that a message which
// was delayed finds the door shut. Undo is commanded in reverse order, one at a time, each after
// the reply to the one before. A service that does not answer at all is never taken for one that did nothing:
// the saga waits, and after its attempts needs attention.
//
// QUEUE and CONCERT are given [Config.Budget], 30 seconds by default, before what is paid is undone: to lose a
// ticket because Redis was away for a moment is bad service.
//
// # How a saga ends
//
//	COMPLETED        all six steps are in effect
//	FAILED           nothing was paid; the reservations are the buyer's as long as before
//	COMPENSATED      what was paid is paid back, and the reservations are released
//	NEEDS_ATTENTION  it could not be ended by itself; a person decides
//
// FAILED and COMPENSATED are one status of the engine if the claim was made and released; a buyer wants to know
// whether money moved. When a saga is at its end, SagaCompleted or SagaFailed tells so: from a table in
// the same file as the sagas, written when the saga was started, so that none is forgotten.
//
// # HTTP
//
//	POST /payments    Idempotency-Key, QUEUE-TOKEN; {"reservationIds":[1,2]}: begin or ask again
//	GET  /sagas/{id}  how one of the buyer's sagas stands, step by step
//	GET  /healthz     200 if the database answers
//	GET  /openapi.json
//
// The key and the buyer make the saga's id, so the same request again is the same saga: two clicks pay once.
// The same key for other reservations is refused. POST waits a moment ([Config.Wait]) and answers 200 if the
// tickets are the buyer's by then, 202 with a Location if it is not known yet, and a problem that says
// what was wrong and what was paid back otherwise.
//
// # Storage
//
// One SQLite file: the engine's journal and rows, the table payment_saga, and the outbox.
package orchestrator
