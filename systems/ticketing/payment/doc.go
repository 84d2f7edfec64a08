// Package payment is the ticketing system's payment service: it makes a payment for a sale, keeps its
// history, and cancels it when the sale comes to nothing. The balance that pays is the user service's.
//
// # A payment
//
//	PENDING    the sale is to be paid, and the buyer's money has been asked for
//	COMPLETED  the money was taken; the history says when
//	FAILED     nothing was taken, or it went back before the payment was made
//	CANCELLED  it was made and undone; refundedAt says when, and the money goes back by the undo of DEBIT
//
// There is one payment for a saga, with a line for each reservation. It never leaves FAILED or
// CANCELLED, and it is cancelled once, however often that is asked for.
//
// # Its part of the saga
//
// PaymentInitiated makes a payment PENDING and asks the user service for the money (DebitBalance), in one
// transaction. BalanceDebited completes it, which is the step PAYMENT of [event.Steps]; BalanceDebitFailed
// fails it. A payment that failed is written down in a transaction of its own, before the failure is told:
// one that is rolled back would leave nothing to look at. SagaFailed fails what is still PENDING, when a
// saga turned back before the answer came.
//
// A PaymentInitiated that comes again asks for the money again under the same key, which takes nothing
// twice; that is how a lost DebitBalance is made good. Money that comes when the payment has failed already is
// refused for good (PaymentFailed, not-in-time). A message that speaks of another saga than its own, or of a sale
// that cannot be, changes nothing and is a dead letter.
//
// # HTTP
//
//	GET /payments        the buyer's payments, newest first; ?after=ID&limit=N
//	GET /payments/{id}   one of them, with its history
//	GET /healthz         200 if the database answers
//	GET /openapi.json    this list, for machines
//
// A payment is begun at the orchestrator (POST /payments there). Errors are application/problem+json
// (RFC 9457).
//
// # Storage
//
// One SQLite file: payment, payment_line, payment_history, and the tables of the ledger and the outbox.
// [PaymentManager] has the rules and works in a transaction of whoever calls it; the monolith calls the
// same ones. Amounts are won, times UTC milliseconds.
package payment
