package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"time"

	"github.com/seosa-dev/saga/participant"
)

const (
	entrySQL = `select operation, state, request, reply, refusal_code, refusal_detail, refusal_data,
		decided_at, reverted_at from saga_ledger where key = ?`
	recordSQL = `insert into saga_ledger (key, operation, state, request, reply, refusal_code,
			refusal_detail, refusal_data, decided_at, reverted_at)
		values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
		on conflict (key) do update set operation = excluded.operation, state = excluded.state,
			request = excluded.request, reply = excluded.reply, refusal_code = excluded.refusal_code,
			refusal_detail = excluded.refusal_detail, refusal_data = excluded.refusal_data,
			decided_at = excluded.decided_at, reverted_at = excluded.reverted_at`
)

// Entry implements [participant.Ledger]. The transaction must have begun by taking the write lock,
// as those of a [Database] do: otherwise another one may write under the key before this one does.
func (b Bound) Entry(ctx context.Context, key string) (participant.Entry, error) {
	e := participant.Entry{Key: key}
	var request, reply, code, detail, data sql.NullString
	var decided, reverted sql.NullInt64
	err := b.tx.QueryRowContext(ctx, entrySQL, key).Scan(&e.Operation, &e.State, &request, &reply,
		&code, &detail, &data, &decided, &reverted)
	if errors.Is(err, sql.ErrNoRows) {
		e.State = participant.None
		return e, nil
	}
	if err != nil {
		return participant.Entry{}, wrap(err, "ledger entry")
	}
	e.Request, e.Reply = rawJSON(request), rawJSON(reply)
	e.Decided, e.Reverted = timeOf(decided), timeOf(reverted)
	if code.Valid {
		e.Refusal = &participant.Refusal{Code: code.String, Detail: detail.String, Data: rawJSON(data)}
	}
	return e, nil
}

// Record implements [participant.Ledger].
func (b Bound) Record(ctx context.Context, e participant.Entry) error {
	var code, detail, data any
	if why := e.Refusal; why != nil {
		code, detail, data = why.Code, why.Detail, textOf(why.Data)
	}
	_, err := b.tx.ExecContext(ctx, recordSQL, e.Key, e.Operation, string(e.State), textOf(e.Request),
		textOf(e.Reply), code, detail, data, micros(e.Decided), micros(e.Reverted))
	return wrap(err, "record")
}

// rawJSON is stored JSON, nil if there is none.
func rawJSON(s sql.NullString) json.RawMessage {
	if !s.Valid {
		return nil
	}
	return json.RawMessage(s.String)
}

// textOf is JSON as it is stored, null if there is none.
func textOf(j json.RawMessage) any {
	if len(j) == 0 {
		return nil
	}
	return string(j)
}

func timeOf(t sql.NullInt64) time.Time {
	if !t.Valid {
		return time.Time{}
	}
	return time.UnixMicro(t.Int64).UTC()
}
