package queue

import (
	"context"
	"database/sql"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// Place, Rule and Counts are those of package line.
type (
	Place  = line.Place
	Rule   = line.Rule
	Counts = line.Counts
)

// QueueManager is the rules of the waiting line over the caller's transaction, which must be one that may
// write from its beginning. The tables are made by [Migrate]. It sends nothing and knows of no saga. The zero
// value has a line for each concert and the documented times; it is safe for concurrent use.
type QueueManager struct {
	// Global makes one line for all concerts. Default: each has its own.
	Global bool
	Book   line.Book
}

// lineOf is the concert whose line is meant.
func (m QueueManager) lineOf(concert int64) int64 {
	if m.Global {
		return 0
	}
	return concert
}

// Enter puts a new token of a buyer at the end of the line, or returns the one that the buyer has there.
func (m QueueManager) Enter(ctx context.Context, tx *sql.Tx, token, user string, concert int64, now time.Time) (Place, error) {
	return m.Book.Enter(ctx, tx, token, user, m.lineOf(concert), now)
}

// Look says where a token stands, and keeps one that waits alive. The error matches [line.ErrUnknown].
func (m QueueManager) Look(ctx context.Context, tx *sql.Tx, token string, now time.Time) (Place, error) {
	return m.Book.Look(ctx, tx, token, now)
}

// Admit ends what is over and lets in who is first, as far as the rule allows. It returns whom it let in.
func (m QueueManager) Admit(ctx context.Context, tx *sql.Tx, concert int64, rule Rule, now time.Time) ([]Place, error) {
	return m.Book.Admit(ctx, tx, m.lineOf(concert), rule, now)
}

// Complete uses up a buyer's token for a concert in the name of by, also if its time ran out while the
// buyer was paying. The error matches [line.ErrUnknown], [line.ErrForeign] or [line.ErrTakenAway].
func (m QueueManager) Complete(ctx context.Context, tx *sql.Tx, token, user string, concert int64, by string, now time.Time) (Place, error) {
	p, err := m.Book.Find(ctx, tx, token, now)
	if err != nil {
		return Place{}, err
	}
	if m.foreign(p, user, concert) {
		return Place{}, line.ErrForeign
	}
	return m.Book.Complete(ctx, tx, token, by, now)
}

func (m QueueManager) foreign(p Place, user string, concert int64) bool {
	return p.User != user || p.Concert != m.lineOf(concert)
}

// Restore makes a token active again that by used up, until the time at which it would have ended. The error
// matches [line.ErrUnknown].
func (m QueueManager) Restore(ctx context.Context, tx *sql.Tx, token, by string, now time.Time) (Place, error) {
	return m.Book.Restore(ctx, tx, token, by, now)
}
