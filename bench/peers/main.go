package main

import (
	"context"
	"os"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/bench/internal/load"
	"github.com/seosa-dev/saga/postgres"
)

func main() {
	if serveDTM() {
		return
	}
	load.Main("go run .", store())
}

func store() load.Store {
	contestants := []load.Contestant{
		load.NaiveMin(), dbosContestant(),
		dtmContestant("DTM", false), dtmContestant("DTM, durable per step", true),
	}
	return load.Store{
		Name: "peers", Title: "Peers on PostgreSQL", Baseline: "naive-min", Callers: []int{1, 16, 128},
		Workloads:   []load.Workload{load.W1(), load.W2(), load.W3()},
		Contestants: append(contestants, load.Engines(openStore, nil)...),
		Open: func(ctx context.Context, _ load.Options) (load.Venue, error) {
			return load.OpenPostgres(ctx, os.Getenv("SAGA_POSTGRES"))
		},
	}
}

func openStore(ctx context.Context, url string) (saga.Store, func() error, error) {
	if _, err := postgres.Migrate(ctx, url); err != nil {
		return nil, nil, err
	}
	store, err := postgres.Open(ctx, url, nil)
	if err != nil {
		return nil, nil, err
	}
	return store, store.Close, nil
}
