package sqlite

import (
	"context"
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
)

// pragma asks the connection itself, because a setting that SQLite does not know is ignored in
// silence. Only a test inside the package can reach the connections.
func pragma(t *testing.T, name string, query func(context.Context, string, ...any) *sql.Row) string {
	t.Helper()
	var value string
	if err := query(t.Context(), "pragma "+name).Scan(&value); err != nil {
		t.Fatalf("pragma %s: %v", name, err)
	}
	return value
}

func opened(t *testing.T) *Store {
	t.Helper()
	s, err := Open(t.Context(), filepath.Join(t.TempDir(), "sagas.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// A commit that was answered must survive a power cut: anything less than FULL (2) may lose the
// end of the log.
func TestTheWriterForcesCommitsToDisk(t *testing.T) {
	s := opened(t)
	for name, want := range map[string]string{
		"synchronous": "2", "journal_mode": "wal", "fullfsync": "1", "checkpoint_fullfsync": "1", "query_only": "0",
	} {
		if got := pragma(t, name, s.w.conn.QueryRowContext); got != want {
			t.Errorf("the writer's %s is %s, want %s", name, got, want)
		}
	}
	if pragma(t, "busy_timeout", s.w.conn.QueryRowContext) == "0" {
		t.Error("the writer does not wait for another program's lock")
	}
}

func TestReadersCannotWrite(t *testing.T) {
	s := opened(t)
	for range readers { // all at once, so that each is another connection
		conn, err := s.reads.Conn(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = conn.Close() }()
		for name, want := range map[string]string{"query_only": "1", "journal_mode": "wal"} {
			if got := pragma(t, name, conn.QueryRowContext); got != want {
				t.Errorf("a reader's %s is %s, want %s", name, got, want)
			}
		}
		if pragma(t, "busy_timeout", conn.QueryRowContext) == "0" {
			t.Error("a reader does not wait for another program's lock")
		}
		_, err = conn.ExecContext(t.Context(), `update saga_format set version = version`)
		if err == nil || !strings.Contains(err.Error(), "readonly") {
			t.Errorf("a write through a reader: %v", err)
		}
	}
}
