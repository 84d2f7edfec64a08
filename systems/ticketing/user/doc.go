// Package user is the ticketing system's user service: who somebody is, and what money they have. It is a
// participant of the saga that pays for tickets, with the step DEBIT, and it tells a buyer how a saga ended.
//
// # Money
//
// Amounts are int64 won. A user has a balance, and a ledger with one entry for each change of it: CHARGE,
// DEBIT and REFUND. Both change in one transaction, so at every moment
//
//	balance = charges - debits + refunds, and never below 0
//
// A charge is 1 to 1,000,000 won and leads to at most 100,000,000. It has a key of the caller's choice: the
// same key with the same amount is the same charge, however often it is sent, and with another amount it is
// refused. A debit is keyed by its payment's id, and made once. A refund gives back what that debit took,
// exactly and once; it has no limit, because money that was taken must be able to come back.
//
// [UserManager] is these rules over a transaction of the caller's.
//
// # The step DEBIT
//
//	DebitBalance   BalanceDebited, or BalanceDebitFailed: insufficient-balance, unknown-user
//	UndoDebit      DebitUndone: refunded, or never debited and never will be
//	AskDebit       BalanceDebited, BalanceDebitFailed, DebitNotDone
//	FenceDebit     BalanceDebited, BalanceDebitFailed
//
// Debit, ledgers and answer are one transaction; see [event.Desk]. A refusal stands for its saga even if
// money is charged later: pay again, which is another saga.
//
// SagaCompleted and SagaFailed become notifications of the buyer, once each.
//
// # HTTP
//
//	POST   /users             {"name","displayName","password"}: 201 and the profile; 409 if the name is taken
//	POST   /session           {"user","password"}: 204 and the cookie ticketing_session
//	GET    /session           {"user"}, or 401
//	DELETE /session           204
//	GET    /users/me          the profile
//	GET    /balance           the balance and the ledger's entries, newest first
//	POST   /balance/charges   Idempotency-Key, {"amount"}: 201 and the entry; 422 if the key has another amount
//	GET    /notifications     how sagas ended, newest first
//	GET    /healthz           200 if the database answers
//	GET    /openapi.json      this list, for machines
//
// Lists take limit (1 to 100, default 20) and after, which is the member next of the page before. The
// profile, the balance, charges and notifications are for whoever has signed on, each for what is theirs.
// Errors are application/problem+json (RFC 9457) with a type below urn:problem-type:ticketing:, and a detail
// that says what to do next.
//
// # Accounts
//
// A password has 8 to 256 bytes and is kept as PBKDF2-HMAC-SHA256 with a salt of its own. Signing on takes
// as long for a name that nobody has. There is no limit on attempts; put one in front. [Config.Admin] is
// there from the beginning, and nobody can register under a name that the guard takes for an
// administrator's.
//
// # Storage
//
// One SQLite file in WAL mode with synchronous=FULL: an answer is given after its commit is on disk. Tables:
// users, balance, balance_ledger, notification, and those of the package sqlite (ledger, outbox, inbox).
// Times are UTC, stored as milliseconds.
package user
