package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/participant"
)

const (
	// A statement of its own, so that the next one sees what was written before the lock was free.
	entryLockSQL = `select pg_advisory_xact_lock(hashtextextended($1, 'saga_ledger'::regclass::oid::bigint))`
	entrySQL     = `select operation, state, request, reply, refusal_code, refusal_detail, refusal_data,
		decided_at, reverted_at from saga_ledger where key = $1`
	recordSQL = `insert into saga_ledger (key, operation, state, request, reply, refusal_code,
			refusal_detail, refusal_data, decided_at, reverted_at)
		values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
		on conflict (key) do update set operation = excluded.operation, state = excluded.state,
			request = excluded.request, reply = excluded.reply, refusal_code = excluded.refusal_code,
			refusal_detail = excluded.refusal_detail, refusal_data = excluded.refusal_data,
			decided_at = excluded.decided_at, reverted_at = excluded.reverted_at`
)

// Entry implements [participant.Ledger]. It takes a lock on the key, which is there before its row is,
// and keeps it until the transaction ends: whoever asks for the same key waits for as long. The
// transaction must be read committed, as it is by default; under another isolation one that waited
// does not see what was written meanwhile, and its Record fails.
func (b Bound) Entry(ctx context.Context, key string) (participant.Entry, error) {
	e := participant.Entry{Key: key}
	var request, reply, code, detail, data *string
	var decided, reverted *time.Time
	both := &pgx.Batch{}
	both.Queue(entryLockSQL, key)
	both.Queue(entrySQL, key).QueryRow(func(row pgx.Row) error {
		return row.Scan(&e.Operation, &e.State, &request, &reply, &code, &detail, &data, &decided, &reverted)
	})
	err := b.tx.SendBatch(ctx, both).Close()
	if errors.Is(err, pgx.ErrNoRows) {
		e.State = participant.None
		return e, nil
	}
	if err != nil {
		return participant.Entry{}, wrapLocal(err, "ledger entry")
	}
	e.Request, e.Reply = rawJSON(request), rawJSON(reply)
	e.Decided, e.Reverted = timeOf(decided), timeOf(reverted)
	if code != nil {
		e.Refusal = &participant.Refusal{Code: *code, Detail: *detail, Data: rawJSON(data)}
	}
	return e, nil
}

// Record implements [participant.Ledger].
func (b Bound) Record(ctx context.Context, e participant.Entry) error {
	var code, detail, data *string
	if why := e.Refusal; why != nil {
		code, detail, data = &why.Code, &why.Detail, textOrNull(why.Data)
	}
	_, err := b.tx.Exec(ctx, recordSQL, e.Key, e.Operation, string(e.State), textOrNull(e.Request),
		textOrNull(e.Reply), code, detail, data, timeOrNull(e.Decided), timeOrNull(e.Reverted))
	return wrapLocal(err, "record")
}

// rawJSON is stored JSON, nil if there is none.
func rawJSON(s *string) json.RawMessage {
	if s == nil {
		return nil
	}
	return json.RawMessage(*s)
}
