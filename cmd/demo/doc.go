// Command demo shows, without any server installed, what happens to an order when things go wrong.
//
//	go run ./cmd/demo
//
// It runs the system as a child process: a catalog service and an order service that talk HTTP,
// each with an SQLite file of its own, the engine inside the order service, and a page. Then it
// plays four stories on it as a shopper would, over HTTP:
//
//  1. an order that goes through;
//  2. an order for more than there is: the catalog refuses;
//  3. an order whose reply is lost: the catalog has taken the stock, nobody knows, and the engine asks;
//  4. an order during which the whole system is killed with SIGKILL and started again.
//
// For each it prints what the engine recorded, and at the end it counts the stock. The page shows
// the same transactions with every attempt. Started in a terminal, the page stays until ctrl-C;
// otherwise the command ends with the stories. The exit status is 0 only if every story ended as it
// should.
//
// The command play plays what can go wrong with an order (rows B-…) and with the payment for tickets (rows
// A-…, each on a ticketing platform in a process of its own), all rows or those that are named, and says of
// each how it should have ended and how it did:
//
//	go run ./cmd/demo play A-48 B-S7c
//
// Flags: -dir names the data folder (default demo-data; it survives restarts, and deleting it starts
// anew), -port the page's port on the loopback address (default 8080; 0 takes a free one), -stay and
// -stay=false say whether the page stays.
package main
