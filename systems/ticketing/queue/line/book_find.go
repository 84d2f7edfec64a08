package line

import (
	"context"
	"fmt"
	"time"
)

// Find returns a token as it stands in the book, without its position. It reads by a transaction or by
// the connections for reading. The error matches [ErrUnknown].
func (b Book) Find(ctx context.Context, q querier, name string, now time.Time) (Place, error) {
	t, err := known(ctx, q, name)
	if err != nil {
		return Place{}, err
	}
	return t.place(now), nil
}

// UsedUpBy lists the tokens that by used up last, whether or not that was taken back. It is for who must
// take it back and does not know the token.
func (b Book) UsedUpBy(ctx context.Context, q querier, by string) ([]string, error) {
	tokens, err := several(ctx, q, `select `+columns+` from queue_token where completed_by = ? and completed_by <> ''`, by)
	names := make([]string, len(tokens))
	for i, t := range tokens {
		names[i] = t.token
	}
	return names, err
}

// Concerts lists the concerts in whose lines somebody waits or is active, those of the call or later ones
// included; it takes as long as its answer.
func (b Book) Concerts(ctx context.Context, q querier) ([]int64, error) {
	rows, err := q.QueryContext(ctx, `select concert from queue_block where level = 3
		union select concert from queue_token where status = 'ACTIVE'`)
	if err != nil {
		return nil, fmt.Errorf("line: concerts: %w", err)
	}
	defer rows.Close()
	var all []int64
	for rows.Next() {
		var id int64
		if err := rows.Scan(&id); err != nil {
			return nil, fmt.Errorf("line: concerts: %w", err)
		}
		all = append(all, id)
	}
	return all, rows.Err()
}
