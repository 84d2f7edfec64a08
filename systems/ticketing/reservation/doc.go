// Package reservation is the reservation service of the ticketing system. It owns who holds which seat:
// nobody else writes that down, and everybody else hears of it by message.
//
// # One reservation
//
// A buyer reserves up to four seats of a date at once, all of them or none. Each becomes a reservation:
//
//	PAYMENT_PENDING        the seat is held until ExpiresAt, five minutes by default
//	PAYING                 a saga has claimed it, and time does not count
//	PAYMENT_COMPLETED      it is paid, and the seat is sold
//	RESERVATION_CANCELLED  given up by its buyer, cancelled by an admin, or taken back by its saga
//	RESERVATION_EXPIRED    nobody paid in time
//
//	PENDING ──claim──▶ PAYING ──complete──▶ COMPLETED ──undo──▶ CANCELLED
//	   │ ▲               │ │
//	   │ └──unclaim──────┘ └── by an admin ──▶ CANCELLED
//	   ├── by its buyer or an admin ──▶ CANCELLED
//	   └── its time is over ──▶ EXPIRED
//
// [ReservationManager] has these rules, over a transaction of the caller's. Each change of a status is a
// compare-and-set, and holds only from the status that it was decided on. A seat names the one
// reservation that holds it, and is set free only by that one. Each change of who holds a seat, and the
// sale, counts up the seat's version: of two words about a seat, that with the smaller one is older.
//
// A hold that is over is not claimed, also if nobody has swept it yet. The sweep runs every two seconds
// and whenever somebody reserves. It never touches what is being paid.
//
// # Messages
//
//	in   ScheduleOpened        the seats and prices of a date; whatever comes again is nothing new
//	in   ConcertStatusUpdated  how a concert stands: what is UNAVAILABLE is neither reserved nor claimed, and
//	                           what was claimed before goes on; the greater version counts
//	out  ReservationUpdated    a seat is HELD, or RELEASED; keyed by the seat, "seat/7/12", in the transaction
//	                           of the change
//
// And as a participant of the saga, two steps, each with its questions (see package event):
//
//	CLAIM        ClaimReservations → ReservationsClaimed | ClaimRefused; its undo lets go: what is PAYING is
//	             PENDING again with the time that is left of its hold, or EXPIRED if none is
//	RESERVATION  PaymentCompleted → ReservationsCompleted | ReservationsFailed (not-paying, if an admin was
//	             faster); its undo is RESERVATION_CANCELLED, and the seats are free
//
// The undo of CLAIM leaves alone what the undo of RESERVATION has cancelled. Undo before do forbids the do.
//
// # HTTP
//
//	POST   /reservations                    {"concertId":1,"scheduleId":7,"seats":[1,2]}, with the header
//	                                        QUEUE-TOKEN, and Idempotency-Key if you like
//	GET    /reservations                    yours, the latest first; ?limit=20&after=ID
//	GET    /reservations/{id}               one of yours
//	DELETE /reservations/{id}               give up one that is pending
//	POST   /admin/reservations/{id}/cancel  {"reason":"…"}: cancel one that is pending or being paid
//	GET    /healthz                         200 if the database answers
//	GET    /openapi.json                    this list, for machines
//
// Buyers are known by their session. To reserve, a buyer also needs a token of the waiting queue that is
// active, the buyer's own and of this concert; a [Gate] asks the queue service for it, with no transaction
// open. If the queue is away, that is a 503, and nothing is held. A repeat under the same Idempotency-Key
// gets the same reservations as they now stand, and asks nobody.
//
// A refusal is a problem (RFC 9457) whose type ends with its code: 400 for what can never be (not-open,
// duplicate-seat, …), 401 and 403 for who asks, 404 for what there is not, 409 for what stands in the way
// (taken, paying, paid, not-on-sale), 410 for what is over (expired, cancelled). The detail says what to do next.
//
// # Storage
//
// One SQLite file in WAL mode with synchronous=FULL: what was answered is on disk. Money is int64 won;
// times are UTC, stored in milliseconds since 1970.
package reservation
