package line

import (
	"context"
	"database/sql"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/sqlite"
)

// SQLite is a [Line] whose tables are all there is: the rules of [Book], each call a transaction. Get one
// from [NewSQLite].
type SQLite struct {
	book Book
	db   sqlite.Database
	read *sql.DB

	renewals renewals
}

// NewSQLite returns the line of a database that [Migrate] has prepared. It writes through db and reads
// through read, which must see what db has committed.
func NewSQLite(db sqlite.Database, read *sql.DB, book Book) *SQLite {
	return &SQLite{book: book, db: db, read: read, renewals: renewals{db: db}}
}

// change runs one of the book's rules in a transaction.
func change[T any](ctx context.Context, db sqlite.Database, rule func(ctx context.Context, tx *sql.Tx) (T, error)) (result T, err error) {
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) (err error) {
		result, err = rule(ctx, tx)
		return err
	})
	return result, err
}

// Enter implements [Line].
func (s *SQLite) Enter(ctx context.Context, token, user string, concert int64, now time.Time) (Place, error) {
	return change(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (Place, error) {
		return s.book.Enter(ctx, tx, token, user, concert, now)
	})
}

// Look implements [Line].
func (s *SQLite) Look(ctx context.Context, token string, now time.Time) (Place, error) {
	t, err := known(ctx, s.read, token)
	if err != nil {
		return Place{}, err
	}
	if t.at(now) != Waiting {
		return t.place(now), nil
	}
	if s.book.due(t.waitingUntil, now) {
		if _, err = s.renewals.renew(ctx, token, s.book.waitingUntil(now)); err != nil {
			return Place{}, err
		}
	}
	return s.stands(ctx, token, now)
}

// stands reads a token and its position as of one moment: who is let in between two reads would wait at
// position 0.
func (s *SQLite) stands(ctx context.Context, token string, now time.Time) (Place, error) {
	tx, err := s.read.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return Place{}, fmt.Errorf("line: look: %w", err)
	}
	defer tx.Rollback()
	t, err := known(ctx, tx, token)
	if err != nil {
		return Place{}, err
	}
	return s.book.look(ctx, tx, t, now)
}

// Admit implements [Line].
func (s *SQLite) Admit(ctx context.Context, concert int64, rule Rule, now time.Time) ([]Place, error) {
	return change(ctx, s.db, func(ctx context.Context, tx *sql.Tx) ([]Place, error) {
		return s.book.Admit(ctx, tx, concert, rule, now)
	})
}

// Complete implements [Line].
func (s *SQLite) Complete(ctx context.Context, token, by string, now time.Time) (Place, error) {
	return change(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (Place, error) {
		return s.book.Complete(ctx, tx, token, by, now)
	})
}

// Restore implements [Line].
func (s *SQLite) Restore(ctx context.Context, token, by string, now time.Time) (Place, error) {
	return change(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (Place, error) {
		return s.book.Restore(ctx, tx, token, by, now)
	})
}

// End implements [Line].
func (s *SQLite) End(ctx context.Context, token string, as Status, now time.Time) (Place, error) {
	return change(ctx, s.db, func(ctx context.Context, tx *sql.Tx) (Place, error) {
		return s.book.End(ctx, tx, token, as, now)
	})
}

// Count implements [Line].
func (s *SQLite) Count(ctx context.Context, concert int64, now time.Time) (Counts, error) {
	return counted(ctx, s.read, concert, now)
}
