//go:build unix

package killtest_test

import (
	"context"
	"database/sql"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

const effectTable = `create table if not exists effect (key text primary key, done integer not null, undone integer not null default 0)`

func openServiceOnSQLite(ctx context.Context, path string) (service, error) {
	db, err := sqlite.OpenDatabase(ctx, path)
	if err != nil {
		return service{}, err
	}
	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, effectTable)
		return err
	})
	return service{
		operation: func(name string) participant.Operation { return sqlite.Operation(db, name, doOnSQLite, undoOnSQLite) },
		queue:     sqlite.NewQueue(db, db.Read),
		left: func(ctx context.Context) (n int, err error) {
			err = db.Read.QueryRowContext(ctx, countOutbox).Scan(&n)
			return n, err
		},
		effects: func(ctx context.Context) ([]effect, error) { return effectsOnSQLite(ctx, db.Read) },
		close:   func() { _ = db.Close() },
	}, err
}

func doOnSQLite(ctx context.Context, tx *sql.Tx, key string, w work) (work, error) {
	if _, err := tx.ExecContext(ctx, `insert into effect (key, done) values (?, 1) on conflict (key) do update set done = done + 1`, key); err != nil {
		return w, err
	}
	return w, refusalOf(key, w)
}

func undoOnSQLite(ctx context.Context, tx *sql.Tx, key string, _, _ work) error {
	_, err := tx.ExecContext(ctx, `update effect set undone = undone + 1 where key = ?`, key)
	return err
}

func effectsOnSQLite(ctx context.Context, db *sql.DB) ([]effect, error) {
	rows, err := db.QueryContext(ctx, listEffects)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []effect
	for rows.Next() {
		var e effect
		if err := rows.Scan(&e.key, &e.done, &e.undone, &e.state); err != nil {
			return nil, err
		}
		all = append(all, e)
	}
	return all, rows.Err()
}
