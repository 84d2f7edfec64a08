package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/postgres"
)

func onPostgres() load.Store {
	baselines := []load.Contestant{load.Bare(), load.Naive(), load.NaiveMin(), load.Append()}
	return load.Store{
		Name: "postgres", Title: "PostgreSQL", Baseline: "naive-min", Callers: []int{1, 16, 128},
		Workloads: []load.Workload{load.W1(), load.W2(), load.W3()},
		Contestants: slices.Concat(baselines, load.Engines(openPostgres, preloadPostgres), []load.Contestant{
			load.ByMessage("by message, no-op", openPostgres, load.NoOp, preloadPostgres),
		}),
		Open: func(ctx context.Context, _ load.Options) (load.Venue, error) {
			return load.OpenPostgres(ctx, os.Getenv("SAGA_POSTGRES"))
		},
	}
}

func openPostgres(ctx context.Context, url string) (saga.Store, func() error, error) {
	if _, err := postgres.Migrate(ctx, url); err != nil {
		return nil, nil, err
	}
	store, err := postgres.Open(ctx, url, nil)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}

// preloadPostgres copies the one saga that is there, under ids of their own. What the engine keeps
// of a saga is JSON, in which the id stands wherever it is needed.
func preloadPostgres(ctx context.Context, url string, n int) (err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	for _, sql := range []string{
		`insert into saga_key (id, definition, hash, node, pos)
			select id || '-' || n, definition, hash, node, pos from saga_key, generate_series(2, $1) n`,
		`insert into saga_instance (id, definition, version, status, live, owner, due, started, updated, since, reason, step, data)
			select id || '-' || n, definition, version, status, live, owner, due, started, updated, since, reason, step,
			convert_to(replace(convert_from(data, 'UTF8'), id, id || '-' || n), 'UTF8') from saga_instance, generate_series(2, $1) n`,
		`insert into saga_history (at, id, seq, entries)
			select at, id || '-' || n, seq, convert_to(replace(convert_from(entries, 'UTF8'), id, id || '-' || n), 'UTF8')
			from saga_history, generate_series(2, $1) n`,
	} {
		if _, err := conn.Exec(ctx, sql, n); err != nil {
			return fmt.Errorf("copy the saga: %w", err)
		}
	}
	_, err = conn.Exec(ctx, `vacuum analyze saga_key, saga_instance, saga_history`)
	return err
}
