//go:build unix

package killtest_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"

	_ "modernc.org/sqlite"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/audit"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// opened returns one connection that has the files of all services: user.users, payment.payment and so on.
func opened(t *testing.T, folder string) (*sql.DB, func()) {
	t.Helper()
	db, err := sql.Open("sqlite", "file::memory:?_pragma=busy_timeout(20000)")
	if err != nil {
		t.Fatal(err)
	}
	db.SetMaxOpenConns(1)
	for _, service := range services() {
		if _, err := db.ExecContext(t.Context(), `attach database ? as `+service, filepath.Join(folder, service+".db")); err != nil {
			t.Fatal(err)
		}
	}
	return db, func() { _ = db.Close() }
}

func count(t *testing.T, db *sql.DB, query string, args ...any) (n int) {
	t.Helper()
	if err := db.QueryRowContext(context.WithoutCancel(t.Context()), query, args...).Scan(&n); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return n
}

// alive counts the sagas that were live when the system was killed: their rows say so, and their ends were not
// told. (A row is at most one checkpoint old.)
func alive(t *testing.T, folder string) int {
	t.Helper()
	db, closes := opened(t, folder)
	defer closes()
	return count(t, db, `select count(*) from orchestrator.payment_saga s join orchestrator.saga_instance i on i.id = s.id
		where s.told_at is null and i.live = 1`)
}

// atRest reports whether every saga is at its end and told of, and nothing is on its way. Who needs attention
// with a reason is not silent.
func atRest(t *testing.T, folder string) bool {
	t.Helper()
	db, closes := opened(t, folder)
	defer closes()
	open := count(t, db, `select count(*) from orchestrator.payment_saga s left join orchestrator.saga_instance i on i.id = s.id
		where s.told_at is null and not (coalesce(i.status, '') = ? and i.reason <> '')`, string(saga.NeedsAttention))
	for _, service := range services() {
		open += count(t, db, `select count(*) from `+service+`.saga_outbox`)
	}
	return open == 0
}

// checkTruth holds the files against each other (package audit) and against what the buyers know.
func checkTruth(t *testing.T, folder string, known *book) {
	t.Helper()
	books, err := audit.Open(t.Context(), audit.Config{Folder: folder, Limit: atOnce})
	if err != nil {
		t.Fatal(err)
	}
	defer books.Close()
	report, err := books.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Violations {
		t.Errorf("%s: %s", v.Invariant, v.Text)
	}
	if !report.Quiet {
		t.Errorf("not all was judged: %q; in doubt %v; for people %v", report.NotQuiet, report.InDoubt, report.Attention)
	}
	db, closes := opened(t, folder)
	defer closes()
	checkKnown(t, db, known)
	for _, service := range services() {
		var said string
		if err := db.QueryRowContext(t.Context(), `pragma `+service+`.integrity_check`).Scan(&said); err != nil || said != "ok" {
			t.Errorf("integrity_check of %s: %s %v", service, said, err)
		}
	}
}

// checkKnown wants the files to say what the buyers were told.
func checkKnown(t *testing.T, db *sql.DB, known *book) {
	t.Helper()
	if n := count(t, db, `select coalesce(sum(amount), 0) from user.balance_ledger where kind = 'CHARGE'`); int64(n) != known.charged {
		t.Errorf("%d won were charged, and the buyers know of %d", n, known.charged)
	}
	begun := 0
	for _, p := range known.all() {
		id := orchestrator.SagaID(p.who.name, p.key)
		var status, code string
		err := db.QueryRowContext(t.Context(), `select i.status, coalesce(n.code, '') from orchestrator.saga_instance i
			left join user.notification n on n.saga_id = i.id where i.id = ?`, id).Scan(&status, &code)
		switch {
		case p.none && errors.Is(err, sql.ErrNoRows):
			continue
		case p.none || err != nil:
			t.Errorf("payment %s of %s: none %v, and the file says %q %v", p.key, p.who.name, p.none, status, err)
		case p.end == orchestrator.Completed != (status == string(saga.Completed)), p.end == "" && status != string(saga.NeedsAttention):
			t.Errorf("payment %s of %s ended %q, and is %q", p.key, p.who.name, p.end, status)
		case p.end != "" && p.end != orchestrator.Completed && p.code != code:
			t.Errorf("payment %s of %s failed for %q, and the notification says %q", p.key, p.who.name, p.code, code)
		}
		begun++
	}
	if n := count(t, db, `select count(*) from orchestrator.payment_saga`); n != begun {
		t.Errorf("there are %d sagas, and the buyers know of %d", n, begun)
	}
}

// checkHistories wants no saga's history to have a gap, and counts those that needed attention on their way.
func checkHistories(t *testing.T, folder string) (attention int) {
	t.Helper()
	store, err := sqlite.Visit(t.Context(), filepath.Join(folder, "orchestrator.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	engine, err := saga.New(store, nil)
	if err != nil {
		t.Fatal(err)
	}
	for after := ""; ; {
		page, err := engine.Find(t.Context(), saga.Filter{After: after, Limit: 1000})
		if err != nil {
			t.Fatal(err)
		}
		for _, in := range page {
			history, err := engine.History(t.Context(), in.ID)
			if err := errors.Join(err, gap(in, history)); err != nil {
				t.Error(err)
			}
			if slices.ContainsFunc(history, func(e saga.Event) bool { return e.Status == saga.NeedsAttention }) {
				attention++
			}
			after = in.ID
		}
		if len(page) < 1000 {
			return attention
		}
	}
}

func gap(in saga.Instance, history []saga.Event) error {
	for i, e := range history {
		if e.Seq != i+1 {
			return fmt.Errorf("%s: entry %d of the history has number %d", in.ID, i+1, e.Seq)
		}
	}
	if len(history) != in.Seq {
		return fmt.Errorf("%s: the history has %d entries and the instance %d", in.ID, len(history), in.Seq)
	}
	return nil
}
