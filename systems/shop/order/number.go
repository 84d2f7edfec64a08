package order

import (
	"context"
	"database/sql"
	"fmt"
	"time"
)

// newNumber gives out the next order number. One statement counts and reads, and the transaction
// holds the write lock from its beginning, so no two callers in any process get the same.
func (s *store) newNumber(ctx context.Context, owner string) (number int64, err error) {
	err = s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		err := tx.QueryRowContext(ctx,
			`update sequence set next_id = next_id + 1 where name = 'ordernum' returning next_id - 1`).Scan(&number)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `insert into order_number (id, owner, issued_at) values (?, ?, ?)`,
			number, owner, timestamp(time.Now()))
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("order: new number: %w", err)
	}
	return number, nil
}
