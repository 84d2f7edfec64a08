// Package postgres keeps sagas in a schema of a PostgreSQL server. It is the store for services that
// run as several processes: each runs an engine over the same tables, and what one leaves behind
// another takes over. PostgreSQL 14 or later is needed.
//
//	url := "postgres://app@db:5432/shop?search_path=sagas"
//	if _, err := postgres.Migrate(ctx, url); err != nil { // or: seosa migrate -store URL up
//		return err
//	}
//	store, err := postgres.Open(ctx, url, nil)
//	if err != nil {
//		return err
//	}
//	defer store.Close()
//	engine, err := saga.New(store, nil, checkout)
//
// # A service's own database
//
// Beside the store there is the other half, for services that take part in sagas or send messages,
// in their own database and their own transactions. [Prepare] makes its tables beside the service's
// own, through the service's pool. [Bind] turns a transaction into an outbox, an inbox and a ledger:
// what is written through it is committed with the service's own rows or not at all. [Operation] and
// [Consumer] wrap the usual cases (a keyed operation of package participant, a handler of package
// message that has its effect once), and [NewQueue] is the outbox as any number of message.Relay, in
// any number of processes, and its operator see it. None of it needs the store, or an engine.
//
//	err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
//		m, err := message.New("/shop/order", "OrderFailed", order.ID, order)
//		if err != nil {
//			return err
//		}
//		return errors.Join(fail(ctx, tx, order), postgres.Bind(tx).Append(ctx, m))
//	})
//
// A message comes after all of its key that were committed when it was appended, so append last,
// after the change that puts a transaction behind those before it. An append waits for nobody, and
// no transaction elsewhere, however long, holds a message back. But what was delivered stays in the
// indexes until the oldest transaction of the database has ended, and claims read past it.
//
// A relay that sleeps is woken by the commit, through a notification on a connection of its own
// ([Queue.Wake]); PgBouncer must be in session mode for that connection, or messages wait for the
// relay's poll. One that is killed keeps what it had under way from the others for twice its
// Timeout. Connections are the pool's: a relay needs one at a time and one to listen, a consumer one
// for each message that it handles.
//
// # Tables
//
// All tables of a store lie in the first schema of the connection's search_path and are named saga_..., so they
// can share a schema with a service's own. saga_journal is the truth: each node writes its own part
// of it, one row for many transitions. saga_key keeps every id that was started. saga_instance has
// the latest state of each instance and saga_history what happened to it; both are written a moment
// behind the journal. saga_node, saga_command and saga_shape are small. saga_format and
// saga_migrations say what the tables are.
//
// The history has a partition for each month. Migrate, Open and, once an hour, an open store make
// those of this month and the next two; if none of them could, as when the role may not make
// tables, rows go to saga_history_default and nothing is lost. What is older than you need is
// dropped with its partition. Rows of instances and keys stay until you delete them: an id whose
// key is deleted can be started again.
//
// # Several nodes
//
// Any number of engines may open the same tables. A row is claimed under its lock and locked rows
// are passed over, so that no instance has two owners and claims do not wait for each other. A node
// that is thought to be dead is sealed by taking the next place in its journal; whatever it does
// afterwards is refused, however wrong the thought was.
//
// A commanding tool, another node, or a start in a transaction is heard at once: Send notifies, and
// [Store.Wake] listens.
//
// # Sagas in a service's transaction
//
// [Bind] makes a transaction of the service's one that sagas are started on (saga.Definition.Start) and
// that delivers replies, beside the service's own rows. It may be on any connection to the same
// database whose search_path finds the tables, and engines hear of the commit. While it is open, the ids
// that it has started are nobody else's: whoever starts one of them elsewhere, in another transaction or
// on an engine, is told saga.NotDone after a second and a half, the transaction itself included if
// it mistakenly starts on an engine what it has started already. Nothing else waits for it. Notifications
// make the server commit such transactions one after the other, as it does for all that notify.
//
// # Presence and lease
//
// An open store holds an advisory lock with a random number on a connection of its own, and each of
// its nodes carries that number. Who sees that nobody holds it knows that the process ended or lost
// touch, and reports the node as absent (see [saga.NodeState]); how long a node has been silent is
// told by the server's clock. Both only help an engine to look earlier than its lease, and forbid
// nothing. The lock is free as soon as the process ends, within a quarter of a minute if its whole
// machine does, and at once after [Store.Close].
//
// # Connections
//
// A store uses up to Config.MaxConns connections (8), four for the journal, one for presence and one
// for each node that listens; a visitor uses two. The journal's are its own: nobody who looks takes
// them away, and what runs on them is planned once (plan_cache_mode), because the server's own choice
// grew a millisecond worse with the tables. No call holds one for longer than 30 seconds: then it gives the
// connection up and returns an error that leaves open what happened. The same is true of a call
// whose context ends while it is under way.
//
// Between store and server, PgBouncer must be in session mode, since an advisory lock and LISTEN
// belong to a session; give the search_path to the role (alter role ... set search_path) if
// PgBouncer does not pass it on. Isolation, planner and keepalive settings that the statements rely
// on are made by each connection itself, whatever the server's defaults are.
//
// # Durability and speed
//
// An append, with all starts and answers in it, is one statement, one round trip and one commit; so
// are a checkpoint and a claim while no command waits. A call that writes returns after the server's
// commit, and what that survives is the server's setting. With fsync, full_page_writes and
// synchronous_commit on, as they are by default, it survives kill -9 and the loss of power. Open logs
// a warning for each that is off, and if a failover to a synchronous standby could lose something.
// With asynchronous standbys any failover can: then instances may go back in time by that much, and
// steps run again under the same keys.
//
// # Migrations and deploys
//
// Open never changes tables. [Migrate] does, and may be called by several at once; [Migrations] and
// "seosa migrate" show what it would do. Migrate first and deploy then: the tables say which oldest
// program may still use them, so that during a rolling deploy the version before goes on working
// beside the new one. A program that is too old for the tables is refused with an error that matches
// [saga.ErrFormat], and one that is too new for them with the command to run.
//
// # Rights
//
// The role of a service, and of seosa, needs usage on the schema, and select, insert, update and
// delete on its tables; the role that migrates also needs create on the schema, and should own the
// tables. Partitions of coming months are made by whoever may; if no service may, run Migrate once a
// month, or what is written goes to the default partition.
//
//	grant usage on schema sagas to shop;
//	grant select, insert, update, delete on all tables in schema sagas to shop;
//	alter default privileges in schema sagas grant select, insert, update, delete on tables to shop;
//
// # Limits
//
// The database must be encoded in UTF8. Ids, names and texts may hold no zero byte. A standby can be
// visited and not opened. A process that is stopped in the middle of sending a statement or of
// reading its answer, and not killed, holds that statement's locks until it goes on or an operator ends its session
// (pg_terminate_backend); a takeover waits for as long. A journal row or a state above some ten
// megabytes will be slow long before the server refuses it. Searching for a text reads every row
// that the other conditions leave.
package postgres
