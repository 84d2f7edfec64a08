// Package monolith is the ticketing system before the split: the same rules, in one program with one
// database. It is what the services are compared with (see package compare), and what they were cut out of.
//
// The rules are the managers of the services: user.UserManager, reservation.ReservationManager,
// payment.PaymentManager, queue.QueueManager, concert.ConcertManager and concert.ConcertCacheManager. Here
// they are called in one transaction on one SQLite file, which has the tables of all five services.
//
// # executePayment
//
// [PaymentService.ExecutePayment] is the write-up's method. One transaction, five steps:
//
//	1  who pays, and for what: the user, and the reservations, which it claims
//	2  the payment: it is made, the balance is debited, and its history is written
//	3  the reservations are paid, and their seats sold
//	4  the queue's token is used up
//	5  the seats are shown as sold, and the concert as unavailable if none is left
//
// Whatever fails, everything is rolled back, and nothing is left of it: no saga, no undo, no message. The
// caches are evicted after the commit.
//
// A sale needs a name, because the managers name payments after it. It comes from the buyer and the
// Idempotency-Key, as a saga's does; without a key each call is a new sale. A repeat of what was paid gets the
// same results. What was refused left nothing behind, so its key is free: there, and only there, the services
// differ.
//
// # What it costs
//
// One writer: all payments, holds and charges wait for each other, and for the slowest step of each.
//
// With [Config.Redis] the waiting line is in Redis, as in the write-up, and step 4 is a call to another server
// inside the transaction. Then all-or-nothing is over. If Redis is slow, every write of the program waits
// with it. If Redis is away, nobody can pay. If the transaction fails after step 4, the money and the seats
// roll back and the token stays used up: no rollback reaches Redis. That is a mistake of the design which
// is shown here and not mended.
//
// # HTTP
//
// For a buyer the paths and bodies are those of the services, so the same client buys at both:
//
//	/users, /session, GET /balance, /notifications      the user service's surface, on this file
//	GET    /payments, /payments/{id}                    the payment service's
//	GET    /reservations, /reservations/{id}            the reservation service's
//	GET    /concerts, /concerts/{id}, /concerts/{id}/schedules, /concerts/{id}/schedules/{schedule}/seats
//	POST   /admin/concerts                              admin; makes a concert
//	POST   /queue/tokens                                {"concertId":1}
//	GET    /queue/tokens/me                             header QUEUE-TOKEN
//	DELETE /queue/tokens/me
//	POST   /balance/charges                             header Idempotency-Key
//	POST   /reservations                                headers QUEUE-TOKEN, Idempotency-Key if you like
//	DELETE /reservations/{id}
//	POST   /payments                                    headers QUEUE-TOKEN, Idempotency-Key
//	GET    /healthz, /openapi.json
//
// POST /payments answers 200 or a problem, never 202: there is nothing to wait for. Nobody gets notifications,
// because the answer said it all.
//
// # Storage
//
// One SQLite file. With Redis there is a second one beside it, PATH.line, from which Redis is made anew. [New]
// opens the file once for writing; the surfaces that it borrows from the services read it.
package monolith
