package orchestrator

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

func noteSaga(ctx context.Context, tx *sql.Tx, id, user string, now time.Time) error {
	_, err := tx.ExecContext(ctx, `insert into payment_saga (id, user, started_at) values (?, ?, ?) on conflict do nothing`,
		id, user, now.UnixMilli())
	return err
}

func ownerOf(ctx context.Context, db *sql.DB, id string) (user string, err error) {
	err = db.QueryRowContext(ctx, `select user from payment_saga where id = ?`, id).Scan(&user)
	if errors.Is(err, sql.ErrNoRows) {
		return "", fmt.Errorf("%w: %.100q", ErrNotFound, id)
	}
	return user, err
}

// place is where a page of sagas begins: behind this one.
type place struct {
	started int64
	id      string
}

const untoldSQL = `
	select id, started_at from payment_saga
	where told_at is null and (started_at, id) > (?, ?) order by started_at, id limit ?`

// untold are sagas whose end was not told yet, the oldest first, and where the next page begins.
func untold(ctx context.Context, db *sql.DB, behind place, limit int) (ids []string, last place, err error) {
	rows, err := db.QueryContext(ctx, untoldSQL, behind.started, behind.id, limit)
	if err != nil {
		return nil, place{}, err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(&last.id, &last.started); err != nil {
			return nil, place{}, err
		}
		ids = append(ids, last.id)
	}
	return ids, last, rows.Err()
}

// tell notes that a saga's end is being told. first is false if it was before.
func tell(ctx context.Context, tx *sql.Tx, id string, now time.Time) (first bool, err error) {
	done, err := tx.ExecContext(ctx, `update payment_saga set told_at = ? where id = ? and told_at is null`, now.UnixMilli(), id)
	if err != nil {
		return false, err
	}
	n, err := done.RowsAffected()
	return n == 1, err
}
