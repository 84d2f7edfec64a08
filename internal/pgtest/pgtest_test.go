package pgtest_test

import (
	"context"
	"fmt"
	"net/url"
	"runtime"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/internal/pgtest"
)

// connect returns a connection that is closed with the test.
func connect(t *testing.T, address string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), address)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func exec(t *testing.T, conn *pgx.Conn, statement string) {
	t.Helper()
	if _, err := conn.Exec(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
}

func ask[T any](t *testing.T, conn *pgx.Conn, query string, args ...any) T {
	t.Helper()
	var answer T
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

const tables = "select count(*) from pg_tables where schemaname = current_schema()"

func TestASchemaIsEmptyAndOnesOwn(t *testing.T) {
	t.Parallel()
	first, second := pgtest.URL(t), pgtest.URL(t)
	exec(t, connect(t, first), "create table thing (id int)")
	if n := ask[int](t, connect(t, first), tables); n != 1 {
		t.Errorf("another connection to the schema sees %d tables, want the one", n)
	}
	if n := ask[int](t, connect(t, second), tables); n != 0 {
		t.Errorf("another schema has %d tables, want none", n)
	}
}

func TestASchemaGoesWithItsTest(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("a test with a name that is much longer than an identifier may be, 긴 이름", func(t *testing.T) {
		conn := connect(t, pgtest.URL(t))
		exec(t, conn, "create table thing (id int)")
		name = ask[string](t, conn, "select current_schema()")
	})
	if !strings.HasPrefix(name, "test_aschemagoeswithitstest_") {
		t.Errorf("the schema is named %q, want the test's name in it", name)
	}
	conn := connect(t, pgtest.URL(t))
	if ask[bool](t, conn, "select exists (select from pg_namespace where nspname = $1)", name) {
		t.Errorf("schema %s is there after its test", name)
	}
}

func TestADatabaseGoesWithItsTestAndItsSessions(t *testing.T) {
	t.Parallel()
	var name string
	t.Run("inner", func(t *testing.T) {
		address := pgtest.Database(t)
		conn := connect(t, address)
		exec(t, conn, "create table thing (id int)")
		name = ask[string](t, conn, "select current_database()")
		// This session is open when the database is dropped: nobody closes it before.
		if _, err := pgx.Connect(t.Context(), address); err != nil {
			t.Fatal(err)
		}
	})
	conn := connect(t, pgtest.Database(t))
	if n := ask[int](t, conn, tables); n != 0 {
		t.Errorf("a new database has %d tables, want none", n)
	}
	if ask[bool](t, conn, "select exists (select from pg_database where datname = $1)", name) {
		t.Errorf("database %s is there after its test", name)
	}
}

func TestWhatTheServersAddressSaysIsKept(t *testing.T) {
	server, err := url.Parse(pgtest.Database(t))
	if err != nil {
		t.Fatal(err)
	}
	query := server.Query()
	query.Set("application_name", "kept")
	query.Set("search_path", "elsewhere")
	server.RawQuery = query.Encode()
	t.Setenv(pgtest.Variable, server.String())
	conn := connect(t, pgtest.URL(t))
	if got := ask[string](t, conn, "show application_name"); got != "kept" {
		t.Errorf("application_name is %q, want kept", got)
	}
	if got := ask[string](t, conn, "show search_path"); !strings.HasPrefix(got, "test_") {
		t.Errorf("search_path is %q, want the test's schema alone", got)
	}
}

// failing is a test that remembers how it failed.
type failing struct {
	testing.TB
	said string
}

func (f *failing) Fatalf(format string, args ...any) {
	f.said = fmt.Sprintf(format, args...)
	runtime.Goexit()
}

func TestWithoutAServerATestFailsAndSaysWhatToRun(t *testing.T) {
	for name, c := range map[string]struct{ value, want string }{
		"no variable": {"", "SAGA_POSTGRES is not set"},
		"no URL":      {"host=localhost", "not a URL"},
		"no server":   {"postgres://postgres:secret@127.0.0.1:1/postgres", "127.0.0.1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv(pgtest.Variable, c.value)
			for _, get := range []func(testing.TB) string{pgtest.URL, pgtest.Database} {
				f := &failing{TB: t}
				done := make(chan struct{})
				go func() { defer close(done); get(f) }()
				<-done
				for _, want := range []string{c.want, "make test", `eval "$(.ci/servers start)"`} {
					if !strings.Contains(f.said, want) {
						t.Errorf("the test said %q, want %q in it", f.said, want)
					}
				}
				if strings.Contains(f.said, "secret") {
					t.Errorf("the test said %q, which has the password in it", f.said)
				}
			}
		})
	}
}
