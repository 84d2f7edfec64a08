// Package message moves events between services so that a state change and its event are never
// apart: what a service tells others is written in the same local transaction as the change itself,
// and carried out of the database afterwards. It knows no sagas and needs the standard library
// only; the tables are a driver's (see the packages sqlite and postgres).
//
//	err := db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
//		m, err := message.New("/shop/order", "OrderFailed", order.ID, order)
//		if err != nil {
//			return err
//		}
//		return errors.Join(fail(ctx, tx, order), sqlite.Bind(tx).Append(ctx, m))
//	})
//	relay.Wake()
//
// # The way of a message
//
// The outbox is a table beside the service's own: [Message] rows that are committed, or rolled back,
// with everything else in the caller's transaction (Richardson's "transactional outbox"). A [Relay]
// reads it through the port [Queue] and hands each message to a [Publisher]: a broker's client, or
// the [Bus], which calls handlers of the same process. A row that was handed over is deleted. The
// inbox is a table at the consumer: the source and id of a message, written in the same transaction
// as its effect. Whoever finds them there has seen the message before and does nothing.
//
// # What is promised
//
//   - At least once: a row leaves the outbox only after a Publish that returned nil. A crash in
//     between delivers it again, and the inbox absorbs that, so the effect is there once.
//   - Order per key: of two messages with the same Key, the one that was committed when the other
//     was appended is delivered first, and they are never under way at the same time, at however
//     many relays. If both were appended before either was committed, nobody could tell which was
//     first, and neither does the outbox. Messages of different keys have no order.
//   - Relays share the work without a leader: what a relay delivers it has claimed before, for a
//     while. What one had under way when it was killed comes again when that is over.
//   - Keys do not wait for each other: a message that fails is tried again later, and what is
//     behind it under the same key waits for it; other keys go on. They share only the places that
//     a relay has for messages under way ([RelayConfig.Batch]), and a place is given back after
//     [RelayConfig.Timeout] at the latest if the publisher honours its ctx.
//   - Nothing is dropped: a message that cannot be delivered becomes a dead letter. It stays in the
//     outbox with its last error and holds its own key, until somebody redrives or discards it.
//
// # What an error means
//
// A [Handler] and a [Publisher] say by their error what should follow. nil is done. [ErrPoison] says
// that no repeat can help: a dead letter at once. [ErrUnavailable] says that nobody is there to take
// anything: the relay pauses, tries again and counts no attempt. Any other error, a deadline and a
// panic included, is an attempt: the message is tried again after capped exponential backoff with
// jitter, and becomes a dead letter when its attempts are used up.
//
// # Questions and answers
//
// A message may ask for something instead of telling what happened. Who answers it from a record, as
// package participant does, needs no inbox, and must not have one: a question comes again because its
// answer may be lost. An inbox is for what is told once and has its effect once.
//
// # On the wire
//
// A message is a CloudEvents 1.0 event in JSON's structured mode (application/cloudevents+json):
//
//	{"specversion":"1.0","id":"…","source":"/shop/order","type":"OrderFailed",
//	 "time":"2026-01-02T03:04:05Z","datacontenttype":"application/json","partitionkey":"order-1",
//	 "correlationid":"…","causationid":"…","traceparent":"00-…","data":{…}}
//
// Key travels as the extension partitionkey, Trace as traceparent (W3C Trace Context); both names
// are those of the CloudEvents extension documents. What is written and what is read has passed
// [Message.Check], so neither side has to doubt the limits.
package message
