package sqlite

import (
	"context"
	"time"

	"github.com/seosa-dev/saga/message"
)

// The first row of a key is due at once, the others when their turn has come.
const outboxSQL = `insert into saga_outbox
	(id, source, type, key, time, data, correlation, causation, trace, written, due)
	values (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10,
		case when exists (select 1 from saga_outbox where key = ?4) then null else ?10 end)`

// Append puts messages into the outbox, in the order given. They are delivered after the caller's
// transaction has committed, and never if it is rolled back; wake the relay after the commit. SQLite
// has one writer at a time, so the order of appends is the order of commits. The error matches
// [message.ErrInvalid] if one of the messages does not pass its Check, and then none was written.
// The transaction must be one that may write from its beginning (BEGIN IMMEDIATE).
func (b Bound) Append(ctx context.Context, messages ...message.Message) error {
	for _, m := range messages {
		if err := m.Check(); err != nil {
			return wrap(err, "append to the outbox")
		}
	}
	now := time.Now().UnixMicro()
	for _, m := range messages {
		_, err := b.tx.ExecContext(ctx, outboxSQL, m.ID, m.Source, m.Type, m.Key, micros(m.Time), textOrNull(m.Data),
			m.Correlation, m.Causation, m.Trace, now)
		if err != nil {
			return wrap(err, "append to the outbox")
		}
	}
	return nil
}

// textOrNull stores JSON as text, which people can read in SQLite's shell.
func textOrNull(data []byte) any {
	if len(data) == 0 {
		return nil
	}
	return string(data)
}
