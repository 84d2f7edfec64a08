// Package killtest kills an engine, a participant and the relay between them, and has nothing but
// tests. It is the proof behind one sentence of the guarantees: a step by message has its effect once,
// and its saga an end, whichever of the processes dies, and whatever becomes of the messages.
//
// # What runs
//
// The test's own binary starts itself again as three children. The engine runs sagas of four steps by
// message on a database of its own: two that can be undone, one that decides, and one that must
// finish. The participant does the work on another, with its ledger and its outbox. The relay is a
// process of its own and carries the outbox, which it opens beside the participant. Between them is
// HTTP on loopback, one request for each message. The parent starts sagas, eight at a time, and
// repeats a start until it is acknowledged. All of this is played on SQLite files, and then on
// PostgreSQL.
//
// # What goes wrong
//
// The parent kills one of the three by SIGKILL, or two or all at once, at no moment in particular, and
// starts others in their place. Of the messages, both ways, one in thirty each is lost without its
// sender knowing, comes twice, comes up to a second later when its sender has long asked again, or
// arrives while its sender takes it for lost. The work refuses some sagas at the step that decides,
// so that what was done is undone, and some once at the step that must finish.
//
// # What must hold
//
// When the kills are over, every saga that was acknowledged ends; one that needs attention, because
// its attempts were used up, is started again, as its owner would do. The outbox empties, and has no
// dead letter. Then the participant's database is held against the engine's. What a completed saga did
// stands, each effect was made once, under one key of each step; of any other whatever was made was
// taken back once. No effect belongs to a saga that does not exist, and no key was done after it was
// undone or forbidden. A kind of fault that never struck, and a child that was never killed, fail the
// test, which then proves nothing about them.
//
// The environment variable MESSAGE_KILLS says how many kills there are; without it they are few.
//
//	MESSAGE_KILLS=200 .ci/servers run go test -count=1 -v -timeout 30m ./participant/killtest
//
// SIGKILL ends a process, not the machine: the test says nothing about a loss of power.
package killtest
