package load

import (
	"math"
	"os"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestUsageGrowsWithWork(t *testing.T) {
	v := openVenue(t)
	place, err := v.Fresh(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := v.Drop(t.Context(), place); err != nil {
			t.Error(err)
		}
	}()
	conn, err := pgx.Connect(t.Context(), place)
	if err != nil {
		t.Fatal(err)
	}
	before, err := v.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	// The session ends before the second look: its time must be in it all the same.
	for _, sql := range []string{`create table t as select repeat('x', 100) from generate_series(1, 500000) n`, `insert into t values ('y')`} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	after, err := v.Usage(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	u := after.since(before, 1)
	if u.WAL < 50e6 || u.Transactions < 2 {
		t.Errorf("%+v, want at least the 50 MB and 2 transactions that were written", u)
	}
	if local := v.Venue.(*postgresVenue).cpu != nil; local && (u.CPU < 0.05 || u.CPU > 600) || !local && !math.IsNaN(u.CPU) {
		t.Errorf("the server used %v s (on this machine: %v)", u.CPU, local)
	}
}

func TestOpenPostgresSaysWhatToDo(t *testing.T) {
	for address, want := range map[string]string{
		"":                                "set SAGA_POSTGRES",
		"127.0.0.1:5432":                  "should be a URL",
		"postgres://nobody@127.0.0.1:1/x": "connect",
	} {
		if _, err := OpenPostgres(t.Context(), address); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want to read %q", address, err, want)
		}
	}
}

// A process id of another machine may be one of this machine's as well.
func TestProcessesOfAnotherServerAreNotTaken(t *testing.T) {
	if p := processesOf(os.Getpid(), 5432); p != nil {
		t.Errorf("the test passed for a server: %+v", p)
	}
}
