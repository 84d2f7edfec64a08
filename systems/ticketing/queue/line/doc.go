// Package line is the waiting line (대기열): who came in which order, who may go in, and who is in. [Line] is
// the port; [SQLite] and [Redis] are its drivers, and one suite of tests holds both to the same rules.
//
// # The rules
//
//	                WAITING     ACTIVE      COMPLETED           EXPIRED     CANCELLED
//	Enter again     the same    the same    a new token         a new one   a new one
//	Look            kept alive  as it is    as it is            as it is    as it is
//	Admit           ACTIVE      –           –                   –           –
//	Complete        COMPLETED   COMPLETED   stays               COMPLETED   ErrTakenAway
//	Restore         stays       stays       ACTIVE, if in time  stays       stays
//	End             ended       ended       stays               stays       stays
//
// The order of arrival is a number that the database gives, and never a clock. A user has at most one token
// that waits or is active in the line of a concert. The head of the line has position 1.
//
// A token ends when it was not looked at for a while, or when its time of being active is over. Nothing
// tells anybody that a time is over: it is checked when a token is read, and Admit writes it down.
//
// [Rule] says how many are let in: as many as there is room for, or a batch in a time. At most Rule.Limit
// are active. A token that is restored was active before; its place may have been given away, so it may go
// over the limit, is counted apart, and takes room: nobody is let in until there is some again.
//
// # The book
//
// [Book] is the rules over SQLite tables, in the caller's transaction. A position among a million is found
// by adding up counts of blocks of 64, 4,096 and 262,144 numbers.
//
// # Redis
//
// The Redis driver keeps the same book, and Redis serves what is asked most: where a token stands, and who is
// next. Redis can be emptied at any moment, and nobody loses a place:
//
//   - Every change but an admission is written to the book first. Redis follows; each token carries the
//     version of its row, and Redis takes nothing that is older than what it has.
//   - Admission is decided in Redis, by one script, so the limit holds however many ask. Who was let in is
//     kept apart until the book has it too. Until then Look says that they wait, at the head. After a
//     crash in between the next Admit finds them.
//   - The order is the book's. Who entered may come to Redis late, or never if a crash came first, so Admit
//     first brings to Redis as many of the head of the book's line as there is room for, and lets in nobody
//     after them.
//   - A key, the epoch, says that this Redis was filled, by which filling, and in which of its runs. Every
//     script begins with it. When it is missing, whoever notices fills Redis from the book, one at a time by a
//     lock that runs out in 5 seconds if its holder is gone, and the others wait. What an earlier filling decided and the book does not
//     have is void.
//   - A Redis that was started again may have lost its last second (appendfsync everysec). Admit notices
//     by the server's run id, and it is filled anew. Until then, for as long as nobody admits, a Look may
//     see what was true a second before.
//   - A position in Redis is ZRANK. Key-space notifications are not used: they can be lost.
//
// No database transaction spans a call of Redis. All keys have one hash tag, so they lie on one node of a
// cluster. A prefix belongs to one book. The server must not evict keys (maxmemory-policy noeviction).
//
// # Storage
//
// [Migrate] makes the tables queue_token, queue_block and queue_epoch in any database of package sqlite.
// Tokens that have ended are kept: they say who used them up.
package line
