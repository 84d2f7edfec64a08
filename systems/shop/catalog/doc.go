// Package catalog is the shop's product service: what can be bought, at which price, and how much
// of it is left. It is a participant of the order saga and knows nothing of sagas: all it offers
// is stock that moves at most once per key, and a truthful answer about every key.
//
// # The ledger
//
// Each decrement carries a key chosen by the caller. In the transaction that moves the stock, the
// service writes one ledger row under that key, and the row is what makes the four calls safe to
// repeat, to delay and to reorder:
//
//	call                nothing recorded   APPLIED          REFUSED         CANCELLED    REVERTED
//	decrement           decide and record  same reply       same refusal    refused      refused
//	  with other lines                     key reused       key reused      refused      key reused
//	probe               NONE               APPLIED + reply  REFUSED         CANCELLED    REVERTED
//	fence               record CANCELLED   APPLIED + reply  REFUSED         CANCELLED    REVERTED
//	restore             record CANCELLED   give back once   nothing to do   the same     the same
//
// A decrement takes all of its lines or none. Lines of the same item are added up and items are
// handled in the order of their ids; each is taken by an update that holds only while enough is
// left, so stock is never below zero. A refusal (out of stock, unknown item) is recorded like a
// success and repeated for ever under its key, even if stock arrives later: whoever was told "no"
// must be able to rely on it. Ask again under a new key.
//
// A fence is a probe with a consequence: if nothing is recorded under the key, it records
// CANCELLED, and a decrement that was delayed on its way is refused when it arrives at last. A
// restore does the same when there is nothing to give back, so that an undo may overtake what it
// undoes. Neither needs to be told what the decrement contained; the ledger knows.
//
// # HTTP
//
//	GET  /catalog/items               all items with price and stock
//	GET  /catalog/items/{id}          one item
//	POST /catalog/stock/decrement     Idempotency-Key; {"lines":[{"item":"EST-1","quantity":2}]}
//	GET  /catalog/stock/decrement     ?key=…, the probe
//	POST /catalog/stock/fence         Idempotency-Key of the decrement; no body
//	POST /catalog/stock/restore       Idempotency-Key of the decrement; no body
//	GET  /healthz                     200 if the database answers
//
// A refused decrement is 404 (unknown item) or 409 (out of stock, cancelled, reverted); a key that
// was used for other lines is 422. Probe, fence and restore answer 200 with the key's state,
// whatever it is. Errors are application/problem+json (RFC 9457) with a type below
// urn:problem-type:shop: and a detail that says what to do next. A 4xx with such a type is the
// service's own word that this call did nothing; a 5xx says nothing about what was done.
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
