// Package compare puts the ticketing system before and after the split side by side: package monolith and
// package platform, with the same rules, the same HTTP surface for a buyer, and the same buyers. It says
// what the split costs and what it brings, in numbers of the machine that it runs on.
//
//	report, err := compare.Run(ctx, compare.Config{Folder: dir, Log: os.Stderr})
//	…
//	err = report.Print(os.Stdout)
//
// # What is measured
//
// Buyers with money, a token and a held seat of their own pay for it, over HTTP on a loopback port. A payment
// is over when the tickets are there: the services' POST /payments waits for the end of its saga.
//
//	pay     so many buyers at a time: how long a payment takes, how many a second, and how long the longest
//	        database transaction of each file was open
//	stop    payments come at a fixed pace, and so do other requests: looking at seats, at the balance, putting
//	        money in, holding a seat. A part stops for a while; how many of each succeed meanwhile, and how
//	        many payments that had begun are at their end afterwards without anybody's doing
//	late    the same, with the queue answering late instead of not at all
//
// Each round makes both systems anew, in turns, in files of their own. At the end of each the outcomes are
// checked at the system itself: what each buyer has left, whether the reservation is paid, and how many seats
// are sold. A payment that was refused is sent once more under its key after the part has come back, and
// must then succeed.
//
// # How a part stops
//
// Of the services: its HTTP surface answers 503, no message reaches it, and nobody's question about a token is
// answered. What it has sent before goes on. Of the monolith: every use of the part fails, and nothing else. That
// is kind to the monolith. A part of one program seldom stops alone: when its process is gone or its
// database is locked, all of it is.
//
// # What is not
//
// Both systems are one process here, on one disk, with the waiting line in SQLite. So the services pay for
// their messages and get nothing for being able to run on several machines, and no network lies between them.
// Transactions of the engine's own store are not timed; it writes without sqlite.DB.
package compare
