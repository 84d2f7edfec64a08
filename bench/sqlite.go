package main

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"slices"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/sqlite"
)

func onSQLite() load.Store {
	return load.Store{
		Name: "sqlite", Title: "SQLite", Baseline: "plain loop", Callers: []int{1, 64},
		Workloads: []load.Workload{load.W1(), load.W3()},
		Contestants: slices.Concat([]load.Contestant{plainLoop()}, load.Engines(openSQLite, nil), []load.Contestant{
			load.ByMessage("by message, no-op", openSQLite, load.NoOp, nil),
			load.ByMessage("by message, ledger", openSQLite, ledgerService, nil),
		}),
		Open: openFolder,
	}
}

func openSQLite(ctx context.Context, path string) (saga.Store, func() error, error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}

// ledgerService is a participant with a file of its own beside the engine's: each call is one
// transaction with its ledger row and its reply in the outbox, which a relay carries to the bus.
func ledgerService(ctx context.Context, c load.Case, bus *message.Bus) (*participant.Responder, func() error, error) {
	db, err := sqlite.OpenDatabase(ctx, c.Address+".service")
	if err != nil {
		return nil, nil, err
	}
	relay := message.NewRelay(sqlite.NewQueue(db, db.Read), bus, &message.RelayConfig{Logger: slog.New(slog.DiscardHandler)})
	r := participant.NewResponder("/bench/service", relay.Wake)
	for i := range load.Steps {
		r.Handle(load.OperationName(i), sqlite.Operation(db, load.OperationName(i),
			func(ctx context.Context, _ *sql.Tx, key string, o load.Order) (string, error) {
				_, refusal, err := load.Acted(c.Participant.Act(ctx, load.InstanceOf(key), i))
				if refusal != nil {
					return "", refusal
				}
				return "done", err
			},
			func(ctx context.Context, _ *sql.Tx, key string, _ load.Order, _ string) error {
				return c.Participant.Undo(ctx, load.InstanceOf(key), i)
			}))
	}
	ctx, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- relay.Run(ctx) }()
	return r, func() error {
		stop()
		return errors.Join(<-ended, db.Close())
	}, nil
}
