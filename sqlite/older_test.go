package sqlite_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
)

// older takes the later migrations back, as if the version of the first had written the file.
func older(t *testing.T, path string) {
	t.Helper()
	for version, name := range map[int]string{3: "00003_former.sql", 2: "00002_command.sql"} {
		text, err := os.ReadFile("migrations/" + name)
		if err != nil {
			t.Fatal(err)
		}
		_, down, ok := strings.Cut(string(text), "-- +goose Down")
		if !ok {
			t.Fatal("the migration has no way back")
		}
		change(t, path, fmt.Sprint(down, `; delete from saga_migrations where version_id = `, version))
	}
}

func TestAFileOfTheVersionBeforeIsBroughtUpToDate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sagas.db")
	closed(t, open(t, path))
	older(t, path)
	change(t, path, `insert into saga_id (num, id) values (7, 's');
		insert into saga_instance (num, id, definition, version, status, live, owner, due, started, updated, data)
		values (7, 's', 'order', 3, 'running', 1, '', null, 1000000, 2000000, x'7b7d')`)

	unwelcome(t, path, path, "migration 1", "needs 3", "start the engine of this version once", "the version that wrote them")
	store := open(t, path)
	rows, err := store.Reader().Find(t.Context(), saga.Filter{Statuses: []saga.Status{saga.Running}, Stood: time.Unix(2, 0)})
	if err != nil || len(rows) != 1 {
		t.Fatalf("got %+v, error %v", rows, err)
	}
	if r := rows[0]; r.ID != "s" || r.Version != 3 || !r.Started.Equal(time.Unix(1, 0)) ||
		!r.Since.Equal(r.Updated) || r.Reason != "" || r.Step != "" || string(r.Data) != "{}" {
		t.Errorf("got %+v", r)
	}
	if err := visit(t, path).Instances().Send(t.Context(), []saga.Command{command("c", "s")}); err != nil {
		t.Fatal(err)
	}
	told(t, store, "x", "c")
}
