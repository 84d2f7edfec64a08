// Package audit reads the databases of the six ticketing services and says whether they agree: who was
// charged, who paid, who has which seat, and whether every saga did what it says it did. No service can say
// that alone, and the services read no tables but their own; this package is the accountant who may look
// into all books and write into none. Tests ask it after every fault that they make, and an operator may ask
// it at any time.
//
//	books, err := audit.Open(ctx, audit.Config{Folder: "data"})
//	if err != nil {
//		return err
//	}
//	defer books.Close()
//	report, err := books.Check(ctx)
//
// The files may be in use: a reader of a file in WAL mode neither waits for the writer nor holds it up.
// Opened read-only, SQLite still keeps its two side files (-wal, -shm) next to a database, so the folder
// must be writable. A ticketing system with its line in Redis is read by its book, queue.db.
//
// # Alone and together
//
// What one file says about itself is judged always, because a file is read in one transaction. What the files
// say about each other is judged only when it is quiet: no saga is live or waits for its end to be told, all
// outboxes are empty, and nobody wrote to a file while the six were read, so that they were read at one
// moment. Otherwise [Report].Quiet is false, NotQuiet says why, and what is missing below was not judged. A
// saga that needs attention and a dead letter keep it from being quiet until a person has settled them.
//
//	         always                                      only when quiet
//	I-A1     a balance is the sum of its entries, and    balances and payments that stand make what was
//	         never below zero                            charged
//	I-A2     a seat has one live reservation at most,    a reservation is sold if and only if one payment
//	         and names it; a reservation is in one       that stands pays its price; buyers see as sold
//	         payment that stands at most                 what is sold
//	I-A3     nothing is silent (with Config.Patience)    every start has a saga, every saga a start
//	I-A4                                                 a saga that is COMPLETED has done everything,
//	                                                     one that came to nothing has left nothing
//	I-A5     one debit and one refund of the same money  the money that was moved is the payment's, and
//	         at most; refunded if and only if            moved if and only if it is COMPLETED or
//	         CANCELLED; lines add up; a lawful history   CANCELLED, and back if CANCELLED
//	I-A6     a reservation is claimed by one saga, a
//	         payment is its saga's own, one key has one
//	         charge or one set of reservations
//	I-A7     the ledgers are lawful, and each service's  no ledger has a key of a saga that nobody started
//	         rows are what its ledger says: done once,
//	         undone once, not done if forbidden
//	I-A8     not more are active than may be, they were
//	         let in as they came, nobody is in the line
//	         twice, and who waits is counted
//	I-A9                                                 reservations and sagas were begun with a token of
//	                                                     their own buyer and concert, while it was active
//	I-A10    what is claimed does not expire; holds are  nothing is sold by a saga that began after the
//	         swept (with Config.Sweep)                   hold was over
//	I-A11    a concert's status follows from its seats   the queue knows it
//	         and its administrators
//	I-A12    an end is told once                         what was told has arrived: seats are shown as
//	                                                     they are, buyers and payments know of the ends
//	I-A13    histories can be played and are lawful:
//	         steps in order, undone in reverse order
//
// # What it cannot see
//
// Files keep what is, and not what was. That I-A8 held at every moment, and I-A9's position, is for who stands
// by (package racetest does). An administrator may lower a limit below who is in; then more are active
// than may be, which is a matter for people and no violation. N equal requests with one answer (I-A6) and
// handlers applied twice (I-A7) are seen here by their effects only, and a cache in the memory of a process
// (I-A11) not at all. That a row of an outbox was delivered (I-A12) is seen by what it made.
//
// Times are compared where the same service, or services of one process, wrote both. A saga in which a person
// had a part is judged by its history alone, and listed in [Report].Attention.
package audit
