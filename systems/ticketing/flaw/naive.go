package flaw

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga/sqlite"
)

// tables is the database of a naive variant.
type tables struct{ db *sqlite.DB }

// naive opens a database with the tables that a variant needs.
func (s *stage) naive(ctx context.Context, schema string) (tables, error) {
	db, err := sqlite.OpenDatabase(ctx, s.file("naive"))
	if err != nil {
		return tables{}, err
	}
	s.closing(db)
	t := tables{db}
	return t, t.exec(ctx, schema)
}

// exec runs a statement in a transaction of its own.
func (t tables) exec(ctx context.Context, statement string, args ...any) error {
	return t.db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, statement, args...)
		return err
	})
}

// number reads the one number that a query gives.
func (t tables) number(ctx context.Context, query string, args ...any) (n int64, err error) {
	return n, t.db.Read.QueryRowContext(ctx, query, args...).Scan(&n)
}

// text reads the one text that a query gives.
func (t tables) text(ctx context.Context, query string, args ...any) (text string, err error) {
	return text, t.db.Read.QueryRowContext(ctx, query, args...).Scan(&text)
}
