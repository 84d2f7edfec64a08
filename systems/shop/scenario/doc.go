// Package scenario is the table of the order transaction as data: 18 rows, each a script of what
// happens and goes wrong, and the end that the row must have. The same table drives the tests, the
// command that plays it, and the page on which a person does.
//
// # A row
//
// A [Row] begins with a precondition (a script that is not measured: how an order comes to be
// Unknown, for example), and then plays its own script. What is then held against the row is what
// can be seen from outside:
//
//	calls    every call between the services in order, and what its caller learnt: OK, NO or "?"
//	status   OrderRetryStatus
//	stock    how much of the order's goods are gone from the catalog in the end
//	rows     how many orders are stored
//	answers  the HTTP status of each answer to the shopper, and whether it said the same again
//
// The places of calls are decrement (updateInventoryQuantity in the write-up), check
// (isInventoryUpdated, which here also forbids a late decrement) and compensation (the message
// product_compensation). While a publisher is down the relay tries again and again; those attempts
// count as one "compensation ?".
//
// # A shop
//
// [Play] drives a [Shop]: the order service's address, where a shopper orders over HTTP like anybody
// else, a control address for the faults, and the services' files, which are only read. The control
// address exists in a demonstration and in tests; a service in production has none. A row that
// kills the shop does it through the shop's Restart.
//
// Rows do not depend on each other and can be played any number of times on the same shop, one at a
// time: each takes a fresh order number and measures stock from where it stands.
package scenario
