package main

import (
	"context"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/sqlite"
)

func onSQLite() load.Store {
	return load.Store{
		Name: "sqlite", Title: "SQLite", Baseline: "plain loop", Callers: []int{1, 64},
		Workloads:   []load.Workload{load.W1(), load.W3()},
		Contestants: append([]load.Contestant{plainLoop()}, load.Engines(openSQLite, nil)...),
		Open:        openFolder,
	}
}

func openSQLite(ctx context.Context, path string) (saga.Store, func() error, error) {
	store, err := sqlite.Open(ctx, path)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}
