package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

type reader struct{ s *Store }

const (
	historySQL = `select id, seq, entries from saga_history where id = $1 order by seq`
	// Those that have completed are what is left of all: they are not read one by one.
	countSQL = `with others as (
		select status, count(*) as n from saga_instance where status <> 'completed' group by status
	), completed as (
		select count(*) - (select coalesce(sum(n), 0) from others) as n from saga_instance
	)
	select status, n from others union all select 'completed', n::bigint from completed where n > 0`
)

// History implements [saga.Reader].
func (r reader) History(ctx context.Context, id string) (chunks []saga.Chunk, err error) {
	err = r.s.look(ctx, "history", func(ctx context.Context) error {
		rows, err := r.s.pool.Query(ctx, historySQL, id)
		if err != nil {
			return err
		}
		chunks, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c saga.Chunk, err error) {
			return c, row.Scan(&c.ID, &c.Seq, &c.Entries)
		})
		return err
	})
	return chunks, err
}

// Count implements [saga.Reader].
func (r reader) Count(ctx context.Context) (map[saga.Status]int, error) {
	counts := map[saga.Status]int{}
	err := r.s.look(ctx, "count", func(ctx context.Context) error {
		rows, err := r.s.pool.Query(ctx, countSQL)
		if err != nil {
			return err
		}
		var status saga.Status
		var n int
		_, err = pgx.ForEachRow(rows, []any{&status, &n}, func() error {
			counts[status] = n
			return nil
		})
		return err
	})
	if err != nil {
		return nil, err
	}
	return counts, nil
}
