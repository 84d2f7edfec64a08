package pgtest

import (
	"context"
	"fmt"
	"net/url"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

const howTo = "run `make test`, or `eval \"$(.ci/servers start)\"` in this shell and then go test again"

// server is the address of a PostgreSQL that has answered.
type server struct{ url *url.URL }

// reach returns the server that the environment names, or ends the test.
func reach(t testing.TB) server {
	t.Helper()
	text := os.Getenv(Variable)
	if text == "" {
		t.Fatalf("pgtest: this test needs a PostgreSQL, and %s is not set: %s", Variable, howTo)
	}
	u, err := url.Parse(text)
	if err != nil || !strings.HasPrefix(u.Scheme, "postgres") {
		t.Fatalf("pgtest: %s is not a URL of the form postgres://user@host:port/database: unset it, then %s", Variable, howTo)
	}
	return server{u}
}

// do runs one statement, or ends the test.
func (s server) do(t testing.TB, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	if err := s.exec(ctx, statement); err != nil {
		t.Fatalf("pgtest: the PostgreSQL at %s=%s does not do its work: %v; unset it, then %s", Variable, s.url.Redacted(), err, howTo)
	}
}

// exec takes a connection of its own, so that a test holds none that it did not ask for.
func (s server) exec(ctx context.Context, statement string) error {
	conn, err := pgx.Connect(ctx, s.url.String())
	if err != nil {
		return err // it says where it tried to connect
	}
	defer func() { _ = conn.Close(ctx) }() // the statement is over, and the server ends what is left
	if _, err := conn.Exec(ctx, statement); err != nil {
		return fmt.Errorf("%s: %w", statement, err)
	}
	return nil
}
