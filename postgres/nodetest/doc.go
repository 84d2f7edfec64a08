// Package nodetest runs several nodes on one PostgreSQL database and lets everything around them
// fail. It has nothing but tests. It is the proof behind two sentences of the guarantees: nothing
// acknowledged is lost, and an instance has one owner, whichever process dies, stands still or
// cannot reach the database.
//
// # What runs
//
// The test's own binary starts itself again as a child, and each child is a node: an engine on the
// database, and an address at which sagas are started. The parent has eight callers, each of whom
// starts a saga every 60 ms on average, at any of the nodes, which makes a third of the starts in a
// transaction of its own instead of on its engine. They note what was acknowledged; what was not they
// start again, at another node or the same, or they give it up, and then nobody knows whether it
// exists. The parent also has all participants behind one HTTP server, so that they survive every
// node and know the truth: under each key what was done and undone, how often, in which order, and
// who asked.
//
// Three definitions go through every combination of what a step may promise. In the first, all steps
// are replayable and run ahead of the journal. In the second, the participants of two steps do not
// know repeats: what they are asked to do twice they do twice. One of them says by a probe what has
// happened so far and can be fenced; the other never does what its probe once denied. The third has a
// pivot and a step that must finish.
//
// Participants refuse, are busy, are slow, lose requests, and lose replies after they have done what
// was asked. Whether they do is a function of the key and the number of the call.
//
// # What fails
//
//   - TestKilledNodes: SIGKILL of a node or of all of them, of two and of three. Another process
//     takes the place after up to one and a half leases, before or after the others have noticed.
//   - TestPausedNodes: SIGSTOP until another node has taken over, then SIGCONT. The woken node must
//     have a write rejected, and write again under a new name.
//   - TestStoppedDatabase: a server of the test's own is stopped as by pg_ctl -m immediate, and
//     started again sooner or later than the lease. The nodes live on.
//   - TestCutConnections: a proxy breaks one node's connections, after a request and before its
//     answer, after half of a request, and before it.
//   - TestUnreachableDatabase: one node is refused by the proxy, or its requests are held there, until
//     another has taken it over. What was held arrives then.
//   - TestTakeoverWithinTheLease: a node with calls under way dies or stands still, with the default
//     lease. From then until the other node has called for the last of its sagas no more than the
//     lease and a second may pass, and a second for a machine that has other work.
//
// The other tests have a lease of one second. A fault that never struck fails its test.
//
// # What must hold
//
// When the faults are over, every saga ends within a minute, or needs attention because its attempts
// are used up; that one is started again, as its owner would do, and ends. Then the nodes leave in
// order, and what the store says is held against the participants and the callers:
//
//   - each acknowledged start has an instance, and no participant was called for one that has none;
//   - of a completed saga every step was done and stands; of any other whatever was done is undone,
//     the last first;
//   - a key had one effect. Only a participant that does not know repeats may have done a step twice,
//     and only if it had answered, before each further call, that nothing had been done so far;
//   - each history counts from one without a gap, and ends as the instance does;
//   - as many nodes called for an instance as it had holders by its history, and two called at once
//     only if it had been taken over before.
//
// Each test prints how often each fault struck, how many takeovers, seals and rejected writes the
// nodes reported, sagas a second, and the longest time in which none ended. What a node reports goes
// through a pipe, so that a kill takes nothing of it back.
//
// The environment variable NODES_FAULTS says how many kills and how many pauses there are; the other
// faults are in proportion, and without it all are few:
//
//	NODES_FAULTS=100 go test -count=1 -v -timeout 60m ./postgres/nodetest
//
// The tests need a server, which SAGA_POSTGRES names, and the server's programs on this machine,
// because one test starts and stops a server of its own. SIGKILL and an immediate stop end processes,
// not machines: the tests say nothing about a loss of power.
package nodetest
