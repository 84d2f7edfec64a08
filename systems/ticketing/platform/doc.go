// Package platform is the whole ticketing system in one process: six services, each with its own SQLite
// file, its own outbox and its own HTTP surface, tied by a bus. No server is needed. The services do not
// know that they share a process: they speak by messages, and the two that ask the queue for a
// token's owner get a [access.Gate] from here, where they would otherwise get one over HTTP.
//
//	p, err := platform.Open(ctx, platform.Config{Folder: "data"})
//	…
//	go p.Run(ctx)
//	http.ListenAndServe("127.0.0.1:8090", p)
//
// # The door
//
// The platform is an http.Handler with the routes of all services, and each one's own health and
// description below its name: GET /queue/healthz has the queue's, GET /payment/openapi.json the payments'.
//
//	user          /users, /session, /balance, /notifications
//	concert       /concerts, /admin/concerts
//	reservation   /reservations, /admin/reservations
//	queue         /queue, /admin/queue
//	payment       GET /payments
//	orchestrator  POST /payments, /sagas
//	itself        GET / lists the descriptions, GET /healthz is the health of all
//
// # Files
//
// The folder gets user.db, concert.db, reservation.db, queue.db, payment.db, orchestrator.db and
// session.key. With [Config.Redis] the waiting line is in Redis, and queue.db is what it is made anew from.
//
// # Between the services
//
// Every way of a message from the bus to a service has a name, "PaymentCompleted>reservation".
// [Config.Around] may put something in the way there: a test or a demonstration loses, repeats and delays
// messages so, and nothing else of the services knows of it.
package platform
