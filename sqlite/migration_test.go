package sqlite_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// stands wants the migrations of a file: how many there are, and how many of the first were applied.
func stands(t *testing.T, path string, all, applied int) []sqlite.Migration {
	t.Helper()
	got, err := sqlite.Migrations(t.Context(), path)
	if err != nil || len(got) != all {
		t.Fatalf("%d migrations, error %v; want %d", len(got), err, all)
	}
	for i, m := range got {
		if m.Version != int64(i+1) || m.Name == "" || !strings.Contains(m.SQL, "saga_") || m.Took != 0 {
			t.Errorf("migration %d is %q, took %v, with %d bytes", m.Version, m.Name, m.Took, len(m.SQL))
		}
		age := time.Since(m.At)
		if m.Applied != (i < applied) || m.Applied && (age < -time.Minute || age > time.Minute) || !m.Applied && !m.At.IsZero() {
			t.Errorf("migration %d: applied %v, at %v; want the first %d to be applied", m.Version, m.Applied, m.At, applied)
		}
	}
	return got
}

func TestMigrateAppliesWhatIsMissing(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	closed(t, open(t, path))
	stands(t, path, 3, 3)
	older(t, path)
	before := stands(t, path, 3, 1)
	unwelcome(t, path, "migration 1", "needs 3") // so looking has changed nothing
	done, err := sqlite.Migrate(t.Context(), path)
	if err != nil || len(done) != 2 {
		t.Fatalf("%d were applied, error %v; want the last two", len(done), err)
	}
	after := stands(t, path, 3, 3)
	for i, m := range done {
		if m.Took <= 0 || m.Took > time.Minute {
			t.Errorf("migration %d took %v", m.Version, m.Took)
		}
		if m.Took = 0; m != after[i+1] || m.SQL != before[i+1].SQL {
			t.Errorf("applied: version %d at %v; the file says version %d at %v", m.Version, m.At, after[i+1].Version, after[i+1].At)
		}
	}
	if again, err := sqlite.Migrate(t.Context(), path); err != nil || len(again) != 0 {
		t.Errorf("a second time: %d were applied, error %v", len(again), err)
	}
	visit(t, path)
}

// A file of the service's own has no tables of ours until somebody makes them.
func TestMigrateAFileWithoutSagas(t *testing.T) {
	path := filepath.Join(t.TempDir(), "shop.db")
	change(t, path, `create table stock (item text)`)
	stands(t, path, 3, 0)
	unwelcome(t, path, "no sagas")
	if done, err := sqlite.Migrate(t.Context(), path); err != nil || len(done) != 3 {
		t.Errorf("%d were applied, error %v", len(done), err)
	}
	stands(t, path, 3, 3)
	change(t, path, `insert into stock values ('EST-1')`)
}

// Who has the file open is not disturbed: the others may look, and nothing more.
func TestMigrateLeavesAFileInUseAlone(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	owner := open(t, path)
	_, err := sqlite.Migrate(t.Context(), path)
	if err == nil || !strings.Contains(err.Error(), "has the file open") {
		t.Errorf("got error %v, want one that names who has the file", err)
	}
	stands(t, path, 3, 3)
	held(t, owner, "a", "s")
}

func TestMigrateRefusesWhatItDoesNotKnow(t *testing.T) {
	for name, query := range map[string]string{
		"a later migration": `insert into saga_migrations (version_id, is_applied) values (99, 1)`,
		"a later format":    `update saga_format set version = 99`,
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "sagas.db")
			closed(t, open(t, path))
			change(t, path, query)
			done, err := sqlite.Migrate(t.Context(), path)
			all, err2 := sqlite.Migrations(t.Context(), path)
			if len(done)+len(all) != 0 || !errors.Is(err, saga.ErrFormat) || !errors.Is(err2, saga.ErrFormat) {
				t.Errorf("%d were applied, error %v; %d are listed, error %v", len(done), err, len(all), err2)
			}
		})
	}
}

func TestMigrateMakesNoFile(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "none.db")
	_, err := sqlite.Migrate(t.Context(), path)
	_, err2 := sqlite.Migrations(t.Context(), path)
	for _, err := range []error{err, err2} {
		if !errors.Is(err, os.ErrNotExist) || !strings.Contains(err.Error(), "check the name") {
			t.Errorf("got error %v, want one that says that there is no file", err)
		}
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) != 0 {
		t.Errorf("the folder has %v, error %v", left, err)
	}
	if _, err := sqlite.Migrations(t.Context(), ""); !errors.Is(err, saga.ErrInvalid) {
		t.Errorf("an empty path: error %v", err)
	}
	text := filepath.Join(folder, "notes.txt")
	if err := os.WriteFile(text, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err = sqlite.Migrate(t.Context(), text)
	_, err2 = sqlite.Migrations(t.Context(), text)
	for _, err := range []error{err, err2} {
		if err == nil || !strings.Contains(err.Error(), "not an SQLite database; choose another") {
			t.Errorf("a text: error %v", err)
		}
	}
}
