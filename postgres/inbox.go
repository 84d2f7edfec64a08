package postgres

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga/message"
)

const inboxSQL = `insert into saga_inbox (consumer, source, id) values ($1, $2, $3) on conflict do nothing`

// Accept notes in the inbox that a consumer has taken a message. first is false if it had before:
// then its effect is there already, and the caller does nothing. While another transaction that has
// accepted the same message is open, Accept waits for its end. The note is committed or rolled back
// with the effect, so it is never there without it. Two consumers in one database, with names of
// their own, do not see each other's notes. The error matches [message.ErrInvalid] if the name is
// empty or the message does not pass its Check.
//
// Notes are kept for ever: how long a repeat may be under way, nobody here knows.
func (b Bound) Accept(ctx context.Context, consumer string, m message.Message) (first bool, err error) {
	if consumer == "" {
		return false, fmt.Errorf("postgres: accept: %w: the consumer has no name; give it one that stays", message.ErrInvalid)
	}
	if err := m.Check(); err != nil {
		return false, wrapLocal(err, "accept")
	}
	done, err := b.tx.Exec(ctx, inboxSQL, consumer, m.Source, m.ID)
	if err != nil {
		return false, wrapLocal(err, "accept")
	}
	return done.RowsAffected() == 1, nil
}
