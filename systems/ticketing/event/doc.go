// Package event is what the services of the ticketing system say to each other: every fact, command
// and reply of the saga that pays for concert tickets, and the expectations that the orchestrator has
// of them. Services share nothing else. The facts have the names of the write-up.
//
// # Three kinds of messages
//
// A [Fact] says what happened, in the past tense: PaymentCompleted. Services react to each other's
// facts, which is the whole way forward:
//
//	orchestrator  PaymentInitiated
//	payment         DebitBalance (to user)
//	user          BalanceDebited
//	payment       PaymentCompleted
//	reservation   ReservationsCompleted
//	queue         QueueCompleted
//	concert       ConcertStatusUpdated
//	orchestrator  SagaCompleted
//
// A [Command] asks one service to do something: ClaimReservations, UndoPayment, AskPayment, FencePayment.
// A [Reply] answers a command and is for whoever asked: ReservationsClaimed, PaymentUndone,
// PaymentNotDone. No message is two of these. In the write-up SagaFailed was the report of a step that
// failed as well as the order to undo one, so the step that had failed was told to undo itself, and a
// failed undo asked for itself again.
//
// [Catalogue] lists all messages, and docs/tutorial/messages.md is that list on paper; a test compares
// the two.
//
// # Steps
//
// [Steps] is the saga as the services see it: what makes a step happen, what tells that it did, and how it
// is undone, asked about and forbidden. CLAIM is the lock that keeps a reservation from being paid twice
// (PENDING to PAYING) and DEBIT is the money; the other four are the write-up's SagaStep.
//
// # A participant's desk
//
// A [Desk] answers for one step. It runs a [participant.Operation] under the step's key and appends what is to
// be told in the operation's own transaction:
//
//	in                   call    what stands under the key, and what is told
//	trigger              do      APPLIED: done fact    REFUSED, CANCELLED, REVERTED: failed fact
//	AskX                 probe   the same              NONE: XNotDone
//	FenceX               fence   the same
//	UndoX                undo    anything: XUndone
//
// A fact that triggers a step which is decided already is a repeat, and silent: what followed from it has been
// told. A command is answered every time, because the answer may have been lost. There is no inbox: the
// ledger has the key.
//
// All messages of a saga have its id as key and as correlation id, so they stay in order where the
// transport keeps the order of keys.
package event
