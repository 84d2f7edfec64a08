package stage

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"path/filepath"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// wrong is what can go wrong with a platform.
type wrong struct {
	set   *fault.Faults
	files []*sql.DB // for the triggers that refuse rows
}

// watch gives commits their names. It must be called before a file is opened.
func watch(logger *slog.Logger) (*wrong, error) {
	w := &wrong{set: fault.New(&fault.Config{Logger: logger})}
	return w, w.set.WatchCommits(
		fault.Table{Table: "saga_ledger", Name: decided},
		fault.Table{Table: "saga_journal", Name: moved},
		fault.Table{Table: "payment_saga", Name: noted},
	)
}

// decided is a step's row in the ledger of its service: "debit APPLIED".
func decided(r fault.Row) (at, key string) {
	if r.Op == "delete" {
		return "", ""
	}
	return fmt.Sprintf("%v %v", r.New[1], r.New[2]), fmt.Sprint(r.New[0])
}

// moved is an append to the engine's journal.
func moved(r fault.Row) (at, key string) {
	if r.Op != "insert" {
		return "", ""
	}
	entries, _ := r.New[3].([]byte) // the key is what the row is about, in words
	return scenario.Journal, string(entries)
}

// noted is a row of the orchestrator's own table.
func noted(r fault.Row) (at, key string) {
	switch r.Op {
	case "insert":
		return scenario.Started, fmt.Sprint(r.New[0])
	case "update":
		return scenario.Told, fmt.Sprint(r.New[0])
	}
	return "", ""
}

// around is [platform.Config.Around].
func (w *wrong) around(place string, next message.Publisher) message.Publisher {
	return w.set.Publisher(place, next)
}

// tables lets tables refuse rows, and lifts what a process that was killed may have left in their files.
func (w *wrong) tables(ctx context.Context, folder string) error {
	for _, t := range []struct{ at, file, table string }{
		{scenario.Refunds, "user.db", "balance_ledger"}, {scenario.History, "payment.db", "payment_history"},
	} {
		path, err := filepath.Abs(filepath.Join(folder, t.file))
		if err != nil {
			return err
		}
		db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(10000)")
		if err != nil {
			return err
		}
		w.files = append(w.files, db)
		if err := w.set.Rejects(ctx, t.at, db, t.table); err != nil {
			return err
		}
	}
	return nil
}

// close leaves nothing behind that goes wrong.
func (w *wrong) close() error {
	errs := []error{w.set.Clear()}
	for _, db := range w.files {
		errs = append(errs, db.Close())
	}
	return errors.Join(errs...)
}
