package postgres_test

import (
	"context"
	"errors"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

func TestConformance(t *testing.T) {
	conformance.TestStore(t, func(t testing.TB) saga.Store { return open(t, migrated(t)) })
}

// schema is a store whose process can crash.
type schema struct {
	*postgres.Store
	url string
}

// migrated returns the address of a new schema with tables.
func migrated(t testing.TB) string {
	t.Helper()
	url := pgtest.URL(t)
	if _, err := postgres.Migrate(t.Context(), url); err != nil {
		t.Fatal(err)
	}
	return url
}

func open(t testing.TB, url string) schema {
	t.Helper()
	store, err := postgres.Open(t.Context(), url, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { store.Close() })
	return schema{store, url}
}

// Begin opens a transaction on a connection of its own.
func (s schema) Begin(ctx context.Context) (saga.Transaction, func(commit bool) error, error) {
	conn, err := pgx.Connect(ctx, s.url)
	if err != nil {
		return nil, nil, err
	}
	tx, err := conn.Begin(ctx)
	if err != nil {
		return nil, nil, errors.Join(err, conn.Close(ctx))
	}
	return postgres.TransactionOf(tx), func(commit bool) error {
		defer conn.Close(ctx)
		if commit {
			return tx.Commit(ctx)
		}
		return tx.Rollback(ctx)
	}, nil
}

// Reopen connects anew while the old handle still has its connections.
func (s schema) Reopen(t testing.TB) saga.Store { return open(t, s.url) }
