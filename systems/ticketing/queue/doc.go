// Package queue is the queue service (대기열): who comes to buy tickets enters a line, waits, and is let in when
// it is their turn. The line itself is package line; this package serves it over HTTP and takes part in the
// payment saga with the step QUEUE, which uses a token up.
//
// # The rules
//
// A buyer has one token for a concert at a time, and entering again gives the same one. It WAITs until there
// is room, is ACTIVE for 10 minutes, and is COMPLETED by a payment. At most 50 are active for a concert, or as
// many as an administrator says, or as many in a time. A token that nobody looks at for 30 minutes ends. The
// first to come is the first to be let in. Nobody is let in to a concert that is sold out
// or closed.
//
// [QueueManager] is these rules over a transaction, for a program that has everything in one.
//
// # The step QUEUE
//
//	ReservationsCompleted   uses the token up: QueueCompleted, or QueueFailed with one of the codes
//	                        unknown-token, foreign-token, taken-away
//	UndoQueue               makes it active again until its time is over: QueueUndone
//	AskQueue, FenceQueue    what became of it
//	ConcertStatusUpdated    is noted: which concerts there are, and which are sold out
//
// A token whose time ran out while its buyer was paying is used up all the same. A place that it left may
// have been given away when it is restored; then one more is active than the limit, until somebody leaves.
//
// The step's row in the ledger, the token's row in the book and the message that tells of them are one
// transaction. Redis is changed before it, by a call that may be repeated, and put right after it if
// the ledger says otherwise. While Redis is away the step fails, its message comes again, and the saga waits;
// the buyer's money and seat are not touched by that.
//
// # HTTP
//
//	POST   /queue/tokens                buyer; {"concertId":1}; 201, or 200 with the token that the buyer has
//	GET    /queue/tokens/me             header QUEUE-TOKEN; status, position, estimated wait; 410 if it has ended
//	DELETE /queue/tokens/me             header QUEUE-TOKEN; leaves
//	GET    /queue/pass                  service; header QUEUE-TOKEN; {"userId","concertId","status"}
//	GET    /admin/queue/{concert}       admin; counts and the rule
//	PUT    /admin/queue/{concert}       admin; {"limit":50,"batch":0,"everySeconds":0}
//	DELETE /admin/queue/tokens/{token}  admin; takes a token away
//	GET    /healthz                     200 if the database and the line answer; 503 if Redis is away
//	GET    /openapi.json                this list, for machines
//
// A token is 130 random bits; whoever has it needs no session to ask about it. The estimated wait is the
// position by the number of those who were let in within the last minute; if there were none, by the rule. When
// Redis is away, what needs it answers 503 and loses nothing.
//
// # Storage
//
// One SQLite file with every token (package line), the concerts and the rules. With Config.Redis, Redis
// serves the line, and is made anew from the file whenever it was emptied. Without, the file serves it.
package queue
