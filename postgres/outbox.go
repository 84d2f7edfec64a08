package postgres

import (
	"context"
	"time"

	"github.com/seosa-dev/saga/message"
)

// Whoever listens is told with the commit, but only if somebody sleeps: commits that notify wait for
// each other, and under load nobody needs them to.
const outboxSQL = `with appended as (
		insert into saga_outbox (id, source, type, key, time, data, correlation, causation, trace)
		select id, source, type, key, time, data, correlation, causation, trace
		from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::timestamptz[], $6::text[], $7::text[], $8::text[], $9::text[])
			with ordinality as m (id, source, type, key, time, data, correlation, causation, trace, number)
		order by number)
	select pg_notify('saga_outbox_' || 'saga_outbox'::regclass::oid, '') from saga_relay where asleep > clock_timestamp()`

// Append puts messages into the outbox, in the order given. They are delivered after the caller's
// transaction has committed, and never if it is rolled back; that wakes the relays that listen (see
// [Queue.Wake]), in whatever process. It waits for nobody. The error matches [message.ErrInvalid] if
// one of the messages does not pass its Check, and then none was written.
//
// Of two messages with one key, that which was committed before the other one was appended is
// delivered first. So append after the statement that puts this transaction behind those before it,
// such as the update of the row that the message tells of: then messages come in the order of the
// changes. Two transactions that both append before either has committed have no order that anybody
// could have seen; theirs is that of the appends, or of the commits.
func (b Bound) Append(ctx context.Context, messages ...message.Message) error {
	if len(messages) == 0 {
		return nil
	}
	for _, m := range messages {
		if err := m.Check(); err != nil {
			return wrapLocal(err, "append to the outbox")
		}
	}
	n := len(messages)
	ids, sources, types, keys := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	times, data := make([]*time.Time, n), make([]*string, n)
	correlations, causations, traces := make([]string, n), make([]string, n), make([]string, n)
	for i, m := range messages {
		ids[i], sources[i], types[i], keys[i] = m.ID, m.Source, m.Type, m.Key
		times[i], data[i] = timeOrNull(m.Time), textOrNull(m.Data)
		correlations[i], causations[i], traces[i] = m.Correlation, m.Causation, m.Trace
	}
	_, err := b.tx.Exec(ctx, outboxSQL, ids, sources, types, keys, times, data, correlations, causations, traces)
	return wrapLocal(err, "append to the outbox")
}

// textOrNull stores JSON as text, which is kept to the byte.
func textOrNull(data []byte) *string {
	if len(data) == 0 {
		return nil
	}
	text := string(data)
	return &text
}

// timeOrNull is a time as it is stored: in microseconds, not rounded into the future.
func timeOrNull(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	t = t.UTC().Truncate(time.Microsecond)
	return &t
}

// timeOf is a time as it was stored, zero if there was none.
func timeOf(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return t.UTC()
}
