// Package participant is the other end of a saga's step: it lets a service apply an effect at most
// once per key, tell the truth about every key, and undo what it applied; and it lets the caller
// read from a reply what happened, or that nobody can tell. It knows no sagas, only keys. Any
// service in which others cause effects over a network can use it.
//
// # The ledger
//
// Each effect carries a key that its caller chose and sends again with every repeat. In the local
// transaction that does the work, [Do] records one row under the key, and this row is what makes
// the four calls safe to repeat, to delay and to reorder:
//
//	call                 nothing recorded   APPLIED        REFUSED        CANCELLED   REVERTED
//	do                   work and record    same reply     same refusal   CANCELLED   REVERTED
//	  for another body   work and record    key reused     key reused     CANCELLED   key reused
//	probe                NONE               APPLIED        REFUSED        CANCELLED   REVERTED
//	fence                record CANCELLED   APPLIED        REFUSED        CANCELLED   REVERTED
//	undo                 record CANCELLED   undo once      REFUSED        CANCELLED   REVERTED
//
// A refusal is recorded like a success and repeated for ever under its key, even if the reason for
// it is gone: whoever was told "no" must be able to rely on it. Ask again under a new key.
//
// A fence is a probe with a consequence: if nothing is recorded under the key, it records CANCELLED,
// and a do that was delayed on its way is refused when it arrives at last. An undo does the same
// when there is nothing to undo, so it may overtake what it undoes. Neither needs to be told what
// the do contained; the ledger knows. An operation that finds its key decided by another operation
// is told that the key was reused, whatever it asked, unless the key is CANCELLED.
//
// The technique is the idempotent receiver (Hohpe, Woolf: Enterprise Integration Patterns) with the
// recorded reply of draft-ietf-httpapi-idempotency-key-header, extended to the two orders of arrival
// that sagas add: an undo before its do, and a do after its undo.
//
// [Local] is the same for a saga's step in the service's own database, where nothing goes over a network:
// it keeps the outcome and what changed in the saga's state.
//
// [Do], [Undo], [Probe] and [Fence] decide over a [Ledger], a port of two methods bound to the local
// transaction of whoever calls them. Packages sqlite and postgres have one, and make an [Operation] out
// of two functions, each call in a transaction of its own; [Work] does that over any database. The same
// operation can be served over HTTP, by message, or both ways.
//
// # The server
//
// A [Server] offers operations over HTTP:
//
//	POST /{name}          Idempotency-Key, a JSON body   do
//	GET  /{name}?key=…                                   probe
//	POST /{name}/fence    Idempotency-Key, no body       fence
//	POST /{name}/undo     Idempotency-Key, no body       undo; the key is that of the do
//
// A key is 1 to 300 visible ASCII characters, in exactly one header field. 200 comes with the
// [Entry] as JSON: for a do it is APPLIED, for the others whatever it is. Everything else is
// application/problem+json (RFC 9457) with a type that begins with urn:problem-type:participant:,
// and a detail that says what to do next:
//
//	409  refused                  a recorded refusal: its code, detail and data are members
//	409  cancelled, reverted      a do that came after its fence or undo
//	400  invalid-request          the request or the key can never be accepted
//	422  key-reused               the key stands for another request
//	400  incomplete-request       the body ended early
//	403  forbidden                404  no-such-resource          405  method-not-allowed
//	413  too-large                415  unsupported-media-type
//	500  internal                 says nothing about what was done
//
// The problem repeats the key if the call had one. Set time limits on the http.Server around it.
//
// # The client
//
// A [Remote] sends one request per call through a [Sender] and returns what a step's function may
// return. [Classify] reads the reply to a do:
//
//	200 and an entry APPLIED, about this key                    it is done
//	refused, cancelled, reverted, invalid-request, this key     refused: not done, and never will be
//	any other 4xx problem of the participant, but key-reused    not done: this call did nothing
//	the connection could not be made                            not done: not a byte was sent
//	everything else                                             unknown
//
// Only a problem with the participant's own type is its word. A 4xx without one was written by
// something in between, which may have passed the request on before it answered; that includes 401,
// 403, 404, 408, 425 and 429. To read a harmless answer as unknown costs one question, to read a
// harmful one as "not done" costs an effect. A reused key is unknown because something stands under
// it. A probe or a fence that fails is unknown whatever the reason: that a question was not sent
// says nothing about what it asks for.
//
// An invalid request is a refusal although nothing was recorded, because the repeats of a key carry
// the same body: what cannot be accepted now was not accepted before. So do not narrow what an
// operation accepts while calls that were made under the wider rules are still under way.
//
// # By message
//
// A [Requester] asks by message, a [Responder] answers by message, and [Replies] hands the answer to
// the engine; [Step] makes a whole step of it. The step's functions return saga.Pending, and while it
// waits it costs no memory.
//
//	type          data                                           id
//	NAME.do       {"key":"o-1/pay","number":1,"request":{…}}     o-1/pay.do.1
//	NAME.undo     {"key":"o-1/pay","number":1}                   o-1/pay~undo.undo.1
//	NAME.probe    {"key":"o-1/pay","number":2}                   o-1/pay.probe.2
//	NAME.fence    {"key":"o-1/pay","number":1}                   o-1/pay.fence.1
//	NAME.reply    {"for":"/shop/order","call":"do","number":1,"entry":{…}}  its own
//
// All have the instance as key and as correlation id, so those of one instance stay in order where the
// transport keeps the order of keys. The source of a call is the asker; "for" in its reply repeats it,
// and others pass that reply over. A reply's causation id is the id of the call, and its entry is that
// of the ledger without the request. number is that of the attempt, which the reply repeats.
//
// A call's id is the key, the call and the number of the attempt; a hash of these if they are longer
// than a message's id may be. So what the engine sends again after a crash, not knowing whether it was
// sent, is the same message to the byte, and what it asks again because no reply came is another one.
// Nothing on the way needs to remove repeats. Whatever does must forget an id sooner than the step's
// ReplyTimeout, because an operator's retry counts attempts from one again.
//
// No inbox stands before a Responder. An inbox does nothing for a message that it has seen, and the
// message comes again because its reply may be lost: to be silent would lose it for ever. The ledger
// absorbs the repeat instead, and its entry is the reply, once more. The entry, the effect and the
// reply in the outbox are one transaction: [Operation.Telling].
//
// What an answer means is what it means over HTTP, but that a do is never answered "not done":
//
//	the entry      do         probe      fence      undo
//	APPLIED        succeeded  succeeded  succeeded
//	REFUSED        refused    refused    refused    succeeded
//	CANCELLED      refused    refused    refused    succeeded
//	REVERTED       refused    refused    refused    succeeded
//	NONE                      not done
//
// A do that was not published because nobody was there ([message.ErrUnavailable]) is not done; a
// question that was not is unknown, and so is every other error of publishing. A call that fails at
// the participant is not answered: the transport tries it again, and after its attempts, or at once if
// no repeat can help (a key that stands for something else, a type that nobody knows, data that cannot
// be read), it is a dead letter, or over a [message.Bus] the step's own error. The step waits for its
// ReplyTimeout, and asks.
//
// An undo may be answered while its do is still on its way; the do is refused when it arrives, and its
// reply comes too late. Such replies change nothing, and [saga.Engine.Sent] has them for a day.
//
// Neither side asks for credentials. Whoever may publish the types of a Responder can cause its
// effects, and whoever may publish its replies, or facts, can settle steps as they like: let the
// broker decide who that is. On a Bus it is whoever holds the Bus.
//
// Services that react to each other need no calls. [Facts] says which step a published fact settles,
// and how.
package participant
