package main

import (
	"context"
	"errors"
	"strings"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/postgres"
	"github.com/seosa-dev/saga/sqlite"
)

// open opens what -store names, beside the processes that work on it: a schema of a PostgreSQL
// server, or an SQLite file.
func open(ctx context.Context, name string) (cli.Store, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if isPostgres(name) {
		store, err := postgres.Visit(ctx, name)
		if err != nil {
			return nil, err // and not a nil *postgres.Store that looks like a store
		}
		return store, nil
	}
	store, err := sqlite.Visit(ctx, name)
	if err != nil {
		return nil, err
	}
	return store, nil
}

func isPostgres(name string) bool {
	return strings.HasPrefix(name, "postgres://") || strings.HasPrefix(name, "postgresql://")
}

// check refuses what was hardly meant, without showing it: what is taken for a file or for a part
// of an address may be a password.
func check(name string) error {
	_, address, isURL := strings.Cut(name, "://")
	switch end := strings.IndexAny(address, "/?#"); {
	case isURL && !isPostgres(name), strings.Contains(name, "password=") && !isURL:
		return errors.New("the store is neither a file nor a URL of PostgreSQL; write -store FILE or -store postgres://user@host:5432/database?search_path=schema")
	case end >= 0 && strings.Contains(address[end:], "@"):
		return errors.New("the store's URL has an @ behind its host; in a password write %2F, %3F, %23 and %40 for / ? # and @, or give it in PGPASSWORD")
	}
	return nil
}
