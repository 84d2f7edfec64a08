// Package order is the shop's order service. It takes an order, has the catalog service set the
// stock aside, and stores the order; a saga on the engine of this module makes the two one. The
// service owns orders and order numbers, and no stock and no prices: those it asks for over HTTP.
//
// # One order
//
// The saga "shop.order" has two steps. Its instance id is "<order number>/<attempt>"; every order
// has one attempt so far.
//
//	step    kind           where              what
//	stock   compensatable  catalog, by HTTP   take all lines or none, at most once per key
//	insert  pivot          this database      the order and its lines in one transaction
//
// A reply that is lost leaves the step unknown: the engine asks the catalog what became of the
// key, and repeats the request with the same key if nothing did. An order that cannot be stored
// gives the stock back. Both steps may be repeated at any time with the same result, so after a
// crash the service simply goes on.
//
// # Who does what
//
// [OrderController] reads requests and writes answers. [OrderService] decides, owns the database
// and hosts the engine. [HttpFacade] sends one request and hands back what came, whatever it is;
// it neither retries nor judges. [Classify] judges: did the effect happen, did it not, or can
// nobody tell? The names are those of the write-up that this service follows.
//
// # What an answer of the catalog means
//
//	a 200 that can be read, for this key            what it says
//	4xx problem of the catalog: refusal             refused: not done, and never will be
//	4xx problem of the catalog: any other           not done: this call did nothing
//	the connection could not be made                not done: not a byte was sent
//	everything else                                 unknown
//
// "Of the catalog" means application/problem+json with a type of its own. A 4xx without one was
// written by something in between, which may have passed the request on before it answered (a
// filter that replaces replies does), so it says nothing. That includes 401, 403, 408, 425 and
// 429. Reading a harmless answer as unknown costs one question; reading a harmful one as "not
// done" costs stock. A key that the catalog knows with other lines is unknown too: something
// stands under it. And a question that fails is unknown whatever the reason: that a probe could
// not be sent says nothing about the order before it.
//
// # HTTP
//
//	POST /orders        {"lines":[{"item":"EST-1","quantity":2}]}   a new number, and the order
//	POST /orders/new    a new number only
//	PUT  /orders/{id}   the order under a number from /orders/new; repeat it as often as you like
//	GET  /orders        the latest orders, also those that are not placed
//	GET  /orders/{id}   one order
//	GET  /healthz       200 if the database answers
//
// Placing an order waits a bounded time. 201: it is placed; the same PUT gets the same answer for
// ever. 409: the catalog refused, and the problem says why. 502: the catalog could not be asked,
// and nothing was bought. 202 with Retry-After and Location: not known yet; GET the location, or
// repeat the PUT. A PUT with other lines under a used number is 409. POST /orders cannot be
// repeated without ordering twice: a client that may have to repeat takes a number first.
//
// # Storage
//
// Engine and service share one SQLite file, each with its own tables and connections, unless
// Config.Store names another place for the engine's; no transaction is open while another service
// is called. Order numbers start at 1000 and are taken
// by one atomic statement: none is given out twice, gaps happen. Prices are int64 US cents, times
// are UTC.
package order
