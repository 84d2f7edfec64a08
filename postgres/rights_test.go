package postgres_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	neturl "net/url"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga/postgres"
)

// A role that lacks a right is told which rights it takes.
func TestARoleWithoutRightsIsToldWhichItNeeds(t *testing.T) {
	url := migrated(t)
	role := fmt.Sprintf("poor_%d", rand.Uint32())
	exec(t, url, fmt.Sprintf(`create role %s login password 'p'`, role))
	t.Cleanup(func() { dropRole(t, url, role) })
	poor := as(t, url, role, "p")
	_, err := postgres.Open(t.Context(), poor, nil)
	says(t, err, "grant usage")
	schema := ask[string](t, admin(t, url), `select current_schema()`)
	exec(t, url, fmt.Sprintf(`grant usage on schema %s to %s`, pgx.Identifier{schema}.Sanitize(), role))
	_, err = postgres.Open(t.Context(), poor, nil)
	says(t, err, "lacks a right", "select, insert, update and delete")
	_, err = postgres.Migrations(t.Context(), poor)
	says(t, err, "lacks a right")
	exec(t, url, fmt.Sprintf(`grant select, insert, update, delete on all tables in schema %s to %s`, pgx.Identifier{schema}.Sanitize(), role))
	store := open(t, poor)
	must(t, store.Journal().Join(t.Context(), "n", 0))
}

func dropRole(t *testing.T, url, role string) {
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Error(err)
		return
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), fmt.Sprintf(`drop owned by %[1]s; drop role %[1]s`, role)); err != nil {
		t.Error(err)
	}
}

// as is the same address for another role.
func as(t *testing.T, address, role, password string) string {
	t.Helper()
	u, err := neturl.Parse(address)
	must(t, err)
	u.User = neturl.UserPassword(role, password)
	return u.String()
}
