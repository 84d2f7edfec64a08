package audit_test

import (
	"bytes"
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

func TestOpenRefusesWhatIsNoBook(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := create(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.close() }()
	text := filepath.Join(folder, "text.db")
	if err := os.WriteFile(text, bytes.Repeat([]byte("no database "), 100), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ name, orders, catalog, says string }{
		{"no order file", filepath.Join(folder, "none.db"), catalogIn(folder), "the order service's file"},
		{"no catalog file", ordersIn(folder), filepath.Join(folder, "none.db"), "the catalog's file"},
		{"no path", "", catalogIn(folder), "the order service's file"},
		{"mixed up", catalogIn(folder), ordersIn(folder), "its tables are missing"},
		{"no database", ordersIn(folder), text, "not a database"},
	} {
		books, err := audit.Open(c.orders, c.catalog)
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.says)
		}
		if err == nil {
			_ = books.Close()
		}
	}
	if _, err := os.Stat(filepath.Join(folder, "none.db")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("a file that was to be read was made: %v", err)
	}
}

// A path may hold what means something in an address.
func TestOpenTakesAnyPath(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := createSound(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	odd := filepath.Join(t.TempDir(), "50% off? #1 & more")
	if err := os.CopyFS(odd, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if got := check(t, open(t, odd), nil); len(got.Violations) != 0 || len(got.Orders) == 0 {
		t.Errorf("got %+v", got)
	}
}

// A service that was killed leaves a log that was not moved into its file.
func TestFilesOfKilledServicesAreRead(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := createSound(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = f.close() }()
	killed := filepath.Join(t.TempDir(), "killed")
	if err := os.CopyFS(killed, os.DirFS(folder)); err != nil {
		t.Fatal(err)
	}
	if log, err := os.Stat(ordersIn(killed) + "-wal"); err != nil || log.Size() == 0 {
		t.Fatalf("the copy has no log: %v", err)
	}
	before := contents(t, killed)
	books := open(t, killed)
	if got := check(t, books, nil); len(got.Violations) != 0 || got.Orders["Success"] != 2 {
		t.Errorf("got %+v", got)
	}
	if err := books.Close(); err != nil { // whoever may write moves the log now
		t.Error(err)
	}
	after := contents(t, killed)
	for _, path := range []string{ordersIn(killed), ordersIn(killed) + "-wal", catalogIn(killed), catalogIn(killed) + "-wal"} {
		if before[path] != after[path] {
			t.Errorf("%s was changed by reading", path)
		}
	}
}

func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	f, err := createSound(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	if err := f.close(); err != nil {
		t.Fatal(err)
	}
	before := contents(t, folder)
	books := open(t, folder)
	check(t, books, nil)
	if _, err := books.Order(t.Context(), 1000, "EST-1"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := books.Close(); err != nil {
			t.Error(err)
		}
	}
	after := contents(t, folder)
	for _, path := range []string{ordersIn(folder), catalogIn(folder)} {
		if before[path] == "" || before[path] != after[path] {
			t.Errorf("%s was changed by reading", path)
		}
	}
	for path := range after {
		if strings.HasSuffix(path, "-wal") && after[path] != "" {
			t.Errorf("reading wrote %d bytes into %s", len(after[path]), path)
		}
	}
	if _, err := books.Check(t.Context(), nil); err == nil {
		t.Error("closed books were read")
	}
}

func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		path := filepath.Join(folder, e.Name())
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all[path] = string(text)
	}
	return all
}

func TestAnEndedContextStopsReading(t *testing.T) {
	t.Parallel()
	_, books := sound(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := books.Check(ctx, nil); !errors.Is(err, context.Canceled) {
		t.Errorf("Check: %v", err)
	}
	if _, err := books.Order(ctx, 1000, "EST-1"); !errors.Is(err, context.Canceled) {
		t.Errorf("Order: %v", err)
	}
}
