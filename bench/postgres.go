package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/postgres"
)

func onPostgres() load.Store {
	baselines := []load.Contestant{load.Bare(), load.Naive(), load.NaiveMin(), load.Append()}
	return load.Store{
		Name: "postgres", Title: "PostgreSQL", Baseline: "naive-min", Callers: []int{1, 16, 128},
		Workloads: []load.Workload{load.W1(), load.W2(), load.W3()},
		Contestants: slices.Concat(baselines, load.Engines(openPostgres, preloadPostgres), []load.Contestant{
			load.ByMessage("by message, no-op", openPostgres, load.NoOp, preloadPostgres),
			load.ByMessage("by message, ledger", openPostgres, ledgerOnPostgres, preloadPostgres),
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

// ledgerOnPostgres is a participant beside the engine's tables: each call is one transaction with its
// ledger row and its reply in the outbox, which a relay carries to the bus.
func ledgerOnPostgres(ctx context.Context, c load.Case, bus *message.Bus) (*participant.Responder, func() error, error) {
	pool, err := pgxpool.New(ctx, c.Address)
	if err != nil {
		return nil, nil, err
	}
	if err := postgres.Prepare(ctx, pool); err != nil {
		pool.Close()
		return nil, nil, err
	}
	relay := message.NewRelay(postgres.NewQueue(pool), bus, &message.RelayConfig{Logger: slog.New(slog.DiscardHandler)})
	r := participant.NewResponder("/bench/service", relay.Wake)
	for i := range load.Steps {
		r.Handle(load.OperationName(i), postgres.Operation(pool, load.OperationName(i),
			func(ctx context.Context, _ pgx.Tx, key string, o load.Order) (string, error) {
				_, refusal, err := load.Acted(c.Participant.Act(ctx, load.InstanceOf(key), i))
				if refusal != nil {
					return "", refusal
				}
				return "done", err
			},
			func(ctx context.Context, _ pgx.Tx, key string, _ load.Order, _ string) error {
				return c.Participant.Undo(ctx, load.InstanceOf(key), i)
			}))
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- relay.Run(ctx) }()
	return r, func() error {
		stop()
		defer pool.Close()
		return <-ended
	}, nil
}
