// Package catalog is the shop's product service: what can be bought, at which price, and how much
// of it is left. It is a participant of the order saga and knows nothing of sagas: all it offers
// is stock that moves at most once per key, and a truthful answer about every key.
//
// # The ledger
//
// Each decrement carries a key chosen by the caller. In the transaction that moves the stock, the
// service writes one ledger row under that key, and the row is what makes the four calls safe to
// repeat, to delay and to reorder. The rules are those of the package participant:
//
//	call                nothing recorded   APPLIED          REFUSED         CANCELLED    REVERTED
//	decrement           decide and record  same reply       same refusal    refused      refused
//	  with other lines                     key reused       key reused      refused      key reused
//	probe               NONE               APPLIED + reply  REFUSED         CANCELLED    REVERTED
//	fence               record CANCELLED   APPLIED + reply  REFUSED         CANCELLED    REVERTED
//	undo, or message    record CANCELLED   give back once   nothing to do   the same     the same
//
// A decrement takes all of its lines or none. Lines of the same item are added up and items are
// handled in the order of their ids; each is taken by an update that holds only while enough is
// left, so stock is never below zero. A refusal (out of stock, unknown item) is recorded like a
// success and repeated for ever under its key, even if stock arrives later: whoever was told "no"
// must be able to rely on it. Ask again under a new key.
//
// # The boundary
//
// [CatalogController] is both of the service's doors. Over HTTP:
//
//	GET  /catalog/items                  all items with price and stock
//	GET  /catalog/items/{id}             one item
//	POST /catalog/stock/decrement        Idempotency-Key; {"lines":[{"item":"EST-1","quantity":2}]}
//	GET  /catalog/stock/decrement        ?key=…, the probe ("isInventoryUpdated")
//	POST /catalog/stock/decrement/fence  Idempotency-Key of the decrement; no body
//	POST /catalog/stock/decrement/undo   Idempotency-Key of the decrement; no body
//	GET  /healthz                        200 if the database answers
//	GET  /openapi.json                   this list, for machines
//
// And by message: [CatalogController.Compensate] consumes product_compensation, the undo that the
// order service sends when an order cannot be stored. The message's id goes into an inbox in the
// same transaction as the stock, so a message may come twice, late, or before what it undoes.
//
// A refused decrement is 409 with the reason's code; a key that was used for other lines is 422.
// Probe, fence and undo answer 200 with the key's state, whatever it is. Errors are
// application/problem+json (RFC 9457) with a detail that says what to do next. A 4xx whose type
// begins with urn:problem-type:participant: is the service's own word that this call did nothing; a
// 5xx says nothing about what was done.
//
// Probe, fence and everything that changes stock is for callers that the authorizer lets through;
// without one, for callers on a loopback address.
//
// # Storage
//
// One SQLite file in WAL mode with synchronous=FULL: an answer is given after its commit is on
// disk. Writes go through one connection, one at a time; reads have their own. The file is created
// and filled with the seed data of JPetStore on first use (28 items, 10,000 of each); an existing
// one is kept as it is. Prices are int64 US cents, times are UTC.
package catalog
