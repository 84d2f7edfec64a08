// Package order is the shop's order service. It takes an order, has the catalog service set the
// stock aside, and stores the order; a saga on the engine of this module makes the two one. The
// service owns orders, order numbers and OrderRetryStatus, and no stock and no prices: those it
// asks for over HTTP. The names are those of the write-up that this service follows.
//
// # Who does what
//
// [OrderController] reads requests and writes answers, and is the only one that knows of sessions:
// the service is told who orders and what. [OrderService] decides, owns the database, hosts the
// engine, and has the re-request logic and the compensation. [HttpFacade] sends one request and
// hands back what came, whatever it is; it neither retries nor judges. What an answer proves is
// judged by the package participant.
//
// # One order
//
// The saga "shop.order" has three steps. Its instance id is "<order number>/<attempt>".
//
//	step    kind           where              what                           its undo
//	status  compensatable  this database      Unprocessed                    Fail
//	stock   compensatable  catalog, by HTTP   take all lines or none, once   message product_compensation
//	insert  pivot          this database      order, orderstatus, lines and
//	                                          Success in one transaction
//
// OrderRetryStatus is a table. Its rows say how an order stands, and what a repeat of the same
// order under the same number does (the write-up's 재요청):
//
//	Unprocessed  under way; a repeat is told to come back
//	Success      stored; a repeat gets the first answer again, and nothing is called
//	Fail         known to have failed; a repeat is a new attempt under a new key
//	Unknown      nobody knows whether stock was taken; a repeat asks first
//
// When the catalog does not answer, the service re-requests once: it asks what became of the key,
// and that question fences: if nothing was done, nothing ever will be, so a "no" on which an order
// fails cannot be followed by a late decrement. If that is not answered either, the order is
// Unknown, and stays so until its owner repeats it. Nothing asks in the background; that the
// decision is the owner's is the write-up's choice.
//
// An order whose stock was taken and which cannot be stored fails: Fail and the message that gives
// the stock back are written in one transaction, and a relay delivers the message, at least once,
// whenever the other end is there. The catalog applies it once.
//
// # HTTP
//
//	POST /orders/new    a new number, which is yours
//	PUT  /orders/{id}   {"lines":[{"item":"EST-1","quantity":2}]}; repeat it as often as you like
//	GET  /orders        your latest orders, also those that are not placed
//	GET  /orders/{id}   one of them
//	GET  /healthz       200 if the database answers
//	GET  /openapi.json  this list, for machines
//
// Placing an order waits a bounded time. 201: it is placed; the same PUT gets the same body for
// ever. 409: the catalog refused and the problem says why, or the number was used for other lines,
// or the order is being worked on (then with Retry-After). 502: a service did not do its part;
// nothing was bought, and what was taken is given back. 202 with Retry-After: not known yet; send
// the same PUT again. 401, 403 and 404: nobody signed on, somebody else's number, no such number.
// Every error is application/problem+json (RFC 9457) and says what to do next.
//
// # Storage
//
// Engine and service share one SQLite file, each with its own tables and connections, unless
// Config.Store names another place for the engine's; no transaction is open while another service
// is called. Order numbers start at 1000 and are taken by one atomic statement: none is given out
// twice, gaps happen. Prices are int64 US cents, times are UTC.
package order
