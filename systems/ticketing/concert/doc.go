// Package concert is the ticketing system's concert service: what can be gone to and when, where one can
// sit, and whether there is a seat left. It has the last step of the saga that pays for tickets, CONCERT.
//
// # The rules
//
// [ConcertManager] has them, over a transaction of the caller's. A concert has dates (schedules), and each
// date has its seats, 50 by default. The seats here are a view: who holds one is decided by the reservation
// service, which counts the changes of each seat. Every change comes with that count, the line's version,
// and is applied only if it is newer than what is known (a sale also if it is as new); so facts may come
// twice and in any order, and the seats end up the same:
//
//	fact, step or undo           seat                      applied if
//	ReservationUpdated HELD      HELD by the reservation   version is greater
//	ReservationUpdated RELEASED  AVAILABLE                 version is greater
//	QueueCompleted               SOLD to the reservation   version is greater or equal
//	UndoConcert                  HELD, the same version    it is still SOLD to the reservation
//
// A concert's status is never set but computed, with each change of a seat and each decision of an admin:
// UNAVAILABLE if an admin has closed it or no seat of any date is left that is not SOLD, otherwise
// AVAILABLE. So an undo cannot reopen what an admin closed, or what others have bought meanwhile. A concert
// without seats is UNAVAILABLE.
//
// # The step
//
// CONCERT follows QueueCompleted: the sale's seats are sold, and ConcertStatusUpdated answers with the
// status before and after. It is refused as concert-closed if an admin has closed the concert, and as
// unknown-seat if a line names no seat of the concert. Its undo makes seats HELD again that are still
// sold to the sale's reservations; that they are free is told by the reservation service when it undoes
// its own step. See [event.Desk] for what else is asked about the step.
//
// Outside a saga the service tells ScheduleOpened of each date with its seats' prices (key schedule/ID), and
// ConcertStatusUpdated of each change of a status that no step has told of: a new concert (Before is
// empty), a decision of an admin, an undo, a seat that came back (key concert/ID, no correlation id).
//
// # Caches
//
// [ConcertCacheManager] keeps the first hundred available concerts for five minutes and the dates of
// each concert for one, in memory. They are evicted after the commit of a change of the status, by
// whatever path it came, undo included. However many readers miss at once, one reads. What was being read when
// something was evicted is not kept. Seats are never cached, and what does not exist is not either.
//
// # The boundary
//
// [ConcertController] serves, to everybody, signed on or not:
//
//	GET  /concerts                                  the available ones; ?all=1: all; ?limit=1…100, ?after=ID
//	GET  /concerts/{id}                             one concert
//	GET  /concerts/{id}/schedules                   its dates
//	GET  /concerts/{id}/schedules/{schedule}/seats  all seats of a date (500 at most), with price and status
//	GET  /healthz                                   200 if the database answers
//	GET  /openapi.json                              this list, for machines
//
// and to admins:
//
//	POST /admin/concerts                 Idempotency-Key; title, description, schedules: 201, and the same
//	                                     concert when it is repeated
//	POST /admin/concerts/{id}/close      {"reason":"…"}: UNAVAILABLE, whatever the seats say
//	POST /admin/concerts/{id}/reopen     {"reason":"…"}: as the seats say again
//	GET  /admin/concerts/{id}/decisions  who closed and reopened it, when and why
//
// Errors are application/problem+json (RFC 9457) with a detail that says what to do next. The service asks
// no other one, so all of this works while the others are away.
//
// # Storage
//
// One SQLite file in WAL mode with synchronous=FULL, with the ledger of the step, the inbox and the
// outbox in it: an effect and what is told of it are one transaction. Prices are int64 won, times are
// UTC and stored in milliseconds.
package concert
