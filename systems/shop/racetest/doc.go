// Package racetest lets many want the same thing at the same moment, and has nothing but tests. It
// is the proof behind two sentences about the shop: what is left is never sold twice, and an order
// number is never given out twice. Nothing is made to fail here, unlike in its neighbour killtest;
// the only adversary is concurrency.
//
// # The last ten
//
// A catalog service and an order service with its engine run in one process and talk over HTTP on
// loopback, each with its own file. Before each round exactly ten of an item are left, put there as
// a delivery would put them. Sixteen users, signed on by name, take a number each, and then all of
// them send their order for one piece at once. After each of 200 rounds:
//
//   - ten were told that their order is placed and six that the item is out of stock, nothing else;
//   - the package audit finds no invariant broken in the two files, I-B1 to I-B7: nothing is left,
//     nothing is oversold, every order is a Success or a Fail, and nothing is in doubt;
//   - I-B8, exactly one request per call: the catalog got as many requests under a key as the engine
//     made calls for it, counted at both ends;
//   - I-B9, the calls of an order are those of its row in the table: one decrement, no question, no
//     compensation, since every decrement was answered.
//
// The requests begin at the same moment as far as one process can arrange it: goroutines that wait
// for the same channel to be closed, each with its connection open. Which ten come first is not
// decided by the test, and differs from round to round.
//
// # The numbers
//
// The test's own binary starts itself again as eight processes. Each opens the order service's file
// and issues numbers as fast as it can to a user of its own, telling each number in a pipe. Each is
// killed with SIGKILL once, in the middle, and a successor issues the rest. In the end no number was
// told twice, each stands in the file under the user who was told it, and they are without gaps from
// the first to the last but for those that a killed process had taken and could not tell any more:
// one for each kill at most. An order that was never placed under its number is no harm.
//
// SQLite lets one writer in at a time. Its waiting writers look for the lock now and then and do not
// queue, so with eight of them that never pause, one in some ten thousand is passed over for longer
// than the five seconds that the connections wait. [order.Numbers] waits again then, as nothing was
// done. The rate is printed; it hardly depends on the number of processes, because the commits come
// one after the other.
//
// An ordinary run of the tests issues fewer numbers. The environment variable SHOP_NUMBERS changes
// how many:
//
//	SHOP_NUMBERS=100000 go test -count=1 -v -run TestNumbers ./systems/shop/racetest
//
// [order.Numbers]: https://pkg.go.dev/github.com/seosa-dev/saga/systems/shop/order#Numbers
package racetest
