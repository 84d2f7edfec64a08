// Command ticketing runs the ticketing system: all of it behind one port, one service alone, or the monolith
// that it was cut out of; and it compares the two.
//
//	ticketing all            six services in one process, with three concerts to buy tickets for
//	ticketing monolith       the same system before the split
//	ticketing user           one service alone, with its own file and port; so are concert, reservation,
//	                         queue, payment and orchestrator
//	ticketing compare        payments through both, what a stopped part stops, and what a slow one slows
//	ticketing audit          whether the books of all services agree
//	ticketing flaws          thirteen mistakes beside the code that does not make them
//
// Each has -h. All listen on a loopback address unless told otherwise, keep their files in -dir, and end in
// order on ctrl-C: the port first, then what runs, then the files.
//
// # The administrator
//
// -admin names an account that may administer. Its password is TICKETING_ADMIN_PASSWORD of the environment; if
// that is not set, one is made up and kept in the file admin.password in -dir, which only its owner can read.
//
// # One service alone
//
// A service that runs alone serves its HTTP surface on its own file. Between processes messages need a broker,
// and none is wired here yet: what the service tells waits in its outbox, which the log says at the
// start. Nothing is lost by it. The services share the key of the sessions, DIR/session.key, so one -dir
// for all of them lets a buyer sign on once; on several machines, copy it. The secret by which services know
// each other is TICKETING_SECRET of the environment.
package main
