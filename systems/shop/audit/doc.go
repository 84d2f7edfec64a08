// Package audit reads the two databases of the shop and says whether they agree: what the order
// service believes it sold, and what the catalog believes it gave away. No service can say that
// alone, and the services read no tables but their own; this package is the accountant who may look
// into both books and write into neither. Tests ask it after every fault that they make, the demo
// asks it at the end of every scenario, and an operator may ask it at any time.
//
//	books, err := audit.Open("order.db", "catalog.db")
//	if err != nil {
//		return err
//	}
//	defer books.Close()
//	report, err := books.Check(ctx, nil)
//
// [Books.Check] looks at everything, [Books.Order] at one order. The files may be in use: a reader of
// a file in WAL mode neither waits for the writer nor holds it up. Opened read-only, SQLite still
// keeps its two side files (-wal, -shm) next to a database, so the folder must be writable.
//
// # The invariants
//
// The numbers are those of the project's requirements.
//
//	I-B1  Stock is conserved. For each item: what there was = what is left + what the stored orders
//	      contain + what is in doubt. Stock is never below zero.
//	I-B2  A key of the ledger stands for one decision: applied; or applied and then reverted, once;
//	      or refused; or cancelled before it could be applied. What was taken is what was asked for.
//	I-B3  An order is stored if and only if its status is Success, and if and only if exactly one
//	      decrement of it stands. Its lines are what was ordered and what was taken, at those prices;
//	      the total is their sum; it has one row in orderstatus.
//	I-B4  A Success is final: the attempt that stored the order is the last one.
//	I-B5  An order that is not a Success has no rows. A failed attempt has no decrement that stands,
//	      unless a message waits that takes it back; and only of failed attempts is anything taken back.
//	I-B6  Values are such that a legal course of an order leads to them: a status out of four,
//	      attempts from 1, keys of attempts that were made, no order stored by a fenced attempt.
//	I-B7  An order number is given out once, and below the next number of the sequence.
//
// I-B2 leans on the primary key of the ledger, which keeps two decisions under one key apart, and
// compares two readings of the catalog's clock: a clock that was set back between them is reported.
// That each transition by itself was legal (the rest of I-B6) leaves no trace in a table and is the
// business of the services' tests, like I-B8 and I-B9.
//
// # In doubt
//
// A decrement that took effect and has no stored order is in doubt: its order is under way, or is
// Unknown, or has failed and its compensation is not delivered yet. The goods are neither sold nor
// for sale, and [Report].InDoubt lists every such decrement. This is no violation as long as there
// is a reason for it; a dead letter is one, until somebody discards it. Without a reason it is
// I-B3, I-B5 or I-B6.
//
// # While the services run
//
// The two files have no common moment. Each is read in one transaction, the orders first, and this
// order matters. What the order service holds for certain has already happened at the catalog: a
// Success follows its decrement, a failure whose message is gone follows the return of the goods. So
// all that the orders imply is in the catalog's file when that is read afterwards. Read the other way
// round, an order placed in between would look like one that took no stock, and a message delivered
// in between like stock that never came back.
//
// What is left are attempts that began between the two readings: the ledger knows them, the orders
// do not. Their status was committed before their decrement, so a second look at the status of just
// these orders tells them from keys that belong to nobody. Check therefore reports no violation that
// is none, whatever runs beside it. But it excuses what is under way, and so it may not see what is
// wrong there: a verdict without violations is final only when nothing is in flight, that is, when no
// order is Unprocessed or Unknown and nothing is in doubt, waits or is dead. [Books.Order] has no
// second look: its two halves may be of different moments while its order is worked on.
package audit
