package audit_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/audit"
)

func TestOpenRefusesWhatIsNoBook(t *testing.T) {
	t.Parallel()
	folder := sound(t)
	for _, c := range []struct {
		name   string
		damage func(in string) error
		says   string
	}{
		{"a file is missing", func(in string) error { return os.Remove(filepath.Join(in, "queue.db")) }, "the queue service's file"},
		{"no database", func(in string) error {
			return os.WriteFile(filepath.Join(in, "user.db"), []byte(strings.Repeat("no database ", 100)), 0o600)
		}, "not a database"},
		{"mixed up", func(in string) error {
			return os.Rename(filepath.Join(in, "user.db"), filepath.Join(in, "payment.db"))
		}, "the user service's file"},
	} {
		in := copied(t, folder)
		must(t, c.damage(in))
		books, err := audit.Open(t.Context(), audit.Config{Folder: in})
		if err == nil || !strings.Contains(err.Error(), c.says) {
			t.Errorf("%s: error %v, want one that says %q", c.name, err, c.says)
		}
		if err == nil {
			_ = books.Close()
		}
	}
	none := filepath.Join(t.TempDir(), "none")
	if _, err := audit.Open(t.Context(), audit.Config{Folder: none}); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no folder: %v", err)
	}
}

// A path may hold what means something in an address.
func TestReadingChangesNothing(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "50% off? #1 & more")
	must(t, os.CopyFS(folder, os.DirFS(sound(t))))
	before := contents(t, folder)
	books := open(t, audit.Config{Folder: folder})
	if got := check(t, books); !got.Quiet || got.Summary.Charges == 0 {
		t.Errorf("got %+v", got)
	}
	for range 2 {
		must(t, books.Close())
	}
	after := contents(t, folder)
	for path := range before {
		if before[path] == "" || before[path] != after[path] {
			t.Errorf("%s was changed by reading", path)
		}
	}
	if _, err := books.Check(t.Context()); err == nil {
		t.Error("closed books were read")
	}
}

func contents(t *testing.T, folder string) map[string]string {
	t.Helper()
	all := map[string]string{}
	paths, err := filepath.Glob(filepath.Join(folder, "*.db"))
	must(t, err)
	for _, path := range paths {
		text, err := os.ReadFile(path)
		must(t, err)
		all[path] = string(text)
	}
	return all
}

func TestAnEndedContextStopsReading(t *testing.T) {
	t.Parallel()
	books := open(t, audit.Config{Folder: sound(t)})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := books.Check(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("Check: %v", err)
	}
}

// Whatever moment the files are read at, what is under way is no violation; and a stopped system is read as well
// as a running one, and as one whose logs were not moved into its files.
func TestARunningSystemIsNoViolation(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	c, stop := openTown(t, folder)
	books := open(t, audit.Config{Folder: folder})
	lived := make(chan struct{})
	go func() {
		defer close(lived)
		c.live()
	}()
	looks, disquiet := 0, 0
	for done := false; !done; looks++ {
		select {
		case <-lived:
			done = true
		default:
		}
		got := check(t, books)
		if len(got.Violations) != 0 {
			t.Errorf("look %d: %+v", looks, got)
		}
		if !got.Quiet {
			disquiet++
		}
	}
	t.Logf("%d looks, %d of them at a system that was not quiet", looks, disquiet)
	if disquiet == 0 {
		t.Error("it was always quiet")
	}
	c.until(func() bool { return check(t, books).Quiet })
	killed := copied(t, folder)
	if log, err := os.Stat(filepath.Join(killed, "user.db-wal")); err != nil || log.Size() == 0 {
		t.Errorf("the copy has no log: %v", err)
	}
	stop()
	if got := check(t, open(t, audit.Config{Folder: killed})); !got.Quiet || len(got.Violations) != 0 || got.Summary.Seats.Sold != 3 {
		t.Errorf("got %+v", got)
	}
}
