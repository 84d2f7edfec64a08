//go:build unix

package killtest_test

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
)

func openServiceOnPostgres(ctx context.Context, url string) (service, error) {
	pool, err := pgxpool.New(ctx, url)
	if err != nil {
		return service{}, err
	}
	if err = postgres.Prepare(ctx, pool); err == nil {
		_, err = pool.Exec(ctx, effectTable)
	}
	return service{
		operation: func(name string) participant.Operation {
			return postgres.Operation(pool, name, doOnPostgres, undoOnPostgres)
		},
		queue: postgres.NewQueue(pool),
		left: func(ctx context.Context) (n int, err error) {
			err = pool.QueryRow(ctx, countOutbox).Scan(&n)
			return n, err
		},
		effects: func(ctx context.Context) ([]effect, error) {
			rows, err := pool.Query(ctx, listEffects)
			if err != nil {
				return nil, err
			}
			return pgx.CollectRows(rows, func(row pgx.CollectableRow) (e effect, err error) {
				return e, row.Scan(&e.key, &e.done, &e.undone, &e.state)
			})
		},
		close: pool.Close,
	}, err
}

func doOnPostgres(ctx context.Context, tx pgx.Tx, key string, w work) (work, error) {
	if _, err := tx.Exec(ctx, `insert into effect (key, done) values ($1, 1) on conflict (key) do update set done = effect.done + 1`, key); err != nil {
		return w, err
	}
	return w, refusalOf(key, w)
}

func undoOnPostgres(ctx context.Context, tx pgx.Tx, key string, _, _ work) error {
	_, err := tx.Exec(ctx, `update effect set undone = undone + 1 where key = $1`, key)
	return err
}
