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

// untold are sagas whose end was not told yet, the oldest first.
func untold(ctx context.Context, db *sql.DB, from int64, limit int) (ids []string, last int64, err error) {
	rows, err := db.QueryContext(ctx, `
		select id, started_at from payment_saga where told_at is null and started_at >= ? order by started_at limit ?`, from, limit)
	if err != nil {
		return nil, 0, err
	}
	defer rows.Close()
	for rows.Next() {
		var id string
		if err := rows.Scan(&id, &last); err != nil {
			return nil, 0, err
		}
		ids = append(ids, id)
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
