package sqlite

import (
	"context"
	"fmt"
)

// Holds reports whether a message of a key is not delivered yet, dead letters included.
func (q *Queue) Holds(ctx context.Context, key string) (bool, error) {
	var held bool
	err := q.read.QueryRowContext(ctx, `select exists (select 1 from saga_outbox where key = ?)`, key).Scan(&held)
	if err != nil {
		return false, fmt.Errorf("sqlite: look for messages of %q: %w", key, err)
	}
	return held, nil
}
