package main

import (
	"context"
	"strings"

	"github.com/seosa-dev/saga/cmd/seosa/cli"
	"github.com/seosa-dev/saga/postgres"
	"github.com/seosa-dev/saga/sqlite"
)

// migrations lists the migrations of what -store names.
func migrations(ctx context.Context, name string) ([]cli.Migration, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if isPostgres(name) {
		all, err := postgres.Migrations(ctx, name)
		return each(all, ofPostgres), err
	}
	all, err := sqlite.Migrations(ctx, name)
	return each(all, ofSQLite), err
}

// migrate applies those that are missing.
func migrate(ctx context.Context, name string) ([]cli.Migration, error) {
	if err := check(name); err != nil {
		return nil, err
	}
	if isPostgres(name) {
		done, err := postgres.Migrate(ctx, name)
		return each(done, ofPostgres), err
	}
	done, err := sqlite.Migrate(ctx, name)
	return each(done, ofSQLite), err
}

func ofPostgres(m postgres.Migration) cli.Migration {
	return cli.Migration{Version: m.Version, Name: m.Name, SQL: upOf(m.SQL), Applied: m.Applied, At: m.At, Took: m.Took}
}

func ofSQLite(m sqlite.Migration) cli.Migration {
	return cli.Migration{Version: m.Version, Name: m.Name, SQL: upOf(m.SQL), Applied: m.Applied, At: m.At, Took: m.Took}
}

func each[From, To any](all []From, to func(From) To) []To {
	out := make([]To, len(all))
	for i, one := range all {
		out[i] = to(one)
	}
	return out
}

// upOf is the part of a migration's file that is run to apply it, without the marks of goose.
func upOf(file string) string {
	var b strings.Builder
	for line := range strings.Lines(file) {
		mark, isMark := strings.CutPrefix(strings.TrimSpace(line), "-- +goose ")
		switch {
		case isMark && strings.EqualFold(strings.TrimSpace(mark), "down"):
			return b.String()
		case !isMark:
			b.WriteString(line)
		}
	}
	return b.String()
}
