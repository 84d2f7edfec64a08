package pgtest

import (
	"context"
	"testing"
	"time"
)

// Variable is the environment variable that names the server.
const Variable = "SAGA_POSTGRES"

// patience is how long the server may take for one statement of this package. Dropping waits for
// sessions that the test left open, and a test that leaves one in a transaction should hear of it.
const patience = 30 * time.Second

// URL returns the address of a new, empty schema. The schema is all that the connections see (their
// search_path names nothing else), and it is dropped with all that is in it when the test ends.
func URL(t testing.TB) string {
	t.Helper()
	name := nameOf(t)
	server := reach(t)
	server.do(t, "create schema "+name)
	t.Cleanup(func() { server.drop(t, "drop schema "+name+" cascade") })
	own := *server.url
	query := own.Query()
	query.Set("search_path", name)
	own.RawQuery = query.Encode()
	return own.String()
}

// Database returns the address of a new, empty database. When the test ends it is dropped, and
// sessions that are still open in it are ended.
func Database(t testing.TB) string {
	t.Helper()
	name := nameOf(t)
	server := reach(t)
	// The other template cannot be copied while anybody is connected to it.
	server.do(t, "create database "+name+" template template0")
	t.Cleanup(func() { server.drop(t, "drop database "+name+" with (force)") })
	own := *server.url
	own.Path, own.RawPath = "/"+name, ""
	return own.String()
}

// drop runs a statement after the test, when its own context has ended.
func (s server) drop(t testing.TB, statement string) {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if err := s.exec(ctx, statement); err != nil {
		t.Errorf("pgtest: %s: %v; the test may have left a transaction open", statement, err)
	}
}
