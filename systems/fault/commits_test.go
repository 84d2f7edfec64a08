//go:build unix

package fault_test

import (
	"bytes"
	"database/sql"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
)

const schema = `create table ledger (key text primary key, state text); create table plain (n integer); create table log (line text)`

// run lets a child die, and returns what it said before: the commits that its caller heard of.
func run(t *testing.T, script, path string) (heard []string, died bool, log string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), envChild+"="+script, envFile+"="+path)
	var out, text bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &text
	err := cmd.Run()
	status, isUnix := cmd.ProcessState.Sys().(syscall.WaitStatus)
	died = err != nil && isUnix && status.Signaled() && status.Signal() == syscall.SIGKILL
	if err != nil && !died {
		t.Errorf("%s: the child ended by itself: %v\n%s", script, err, text.String())
	}
	if out.Len() > 0 {
		heard = strings.Split(strings.TrimSpace(out.String()), "\n")
	}
	return heard, died, text.String()
}

// contents are the tables that a child leaves behind.
func contents(t *testing.T, db *sql.DB) []string {
	t.Helper()
	rows, err := db.QueryContext(t.Context(), `
		select key || ' ' || state from ledger union all select 'plain' from plain union all select line from log`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	got := []string{}
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		got = append(got, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	slices.Sort(got)
	return got
}

// A process dies at each commit, before or after it: what is left is all or nothing of it, and
// nobody has heard of it.
func TestAProcessDiesAtACommit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		script string
		heard  int
		left   []string
	}{
		{"insert APPLIED,crash-before,", 0, []string{}},
		{"insert APPLIED,crash-after,", 0, []string{"1 APPLIED"}},
		{"insert APPLIED,crash-before,2", 4, []string{"not watched"}},
		{"insert APPLIED,crash-after,2", 4, []string{"2 APPLIED", "not watched"}},
		{"update REVERTED,crash-before,1", 2, []string{"1 APPLIED", "not watched"}},
		{"update REVERTED,crash-after,1", 2, []string{"1 REVERTED", "not watched"}},
		{"gone,crash-before,1", 3, []string{"1 REVERTED", "not watched"}},
		{"gone,crash-after,1", 3, []string{"not watched"}},
		{"plain,crash-before,", 5, []string{"2 APPLIED", "not watched"}},
		{"plain,crash-after,", 5, []string{"2 APPLIED", "not watched", "plain"}},
		{"insert APPLIED,crash-before,3", 6, []string{"2 APPLIED", "not watched", "plain"}}, // given up before it can commit
		{"log,crash-after,", 6, []string{"2 APPLIED", "not watched", "plain"}},              // not watched
	} {
		path := filepath.Join(t.TempDir(), "a file.db")
		db := openFile(t, path)
		execute(t, db, schema)
		heard, died, log := run(t, c.script, path)
		if len(heard) != c.heard || died != (c.heard < 6) {
			t.Errorf("%s: died %v after %q, want %d commits\n%s", c.script, died, heard, c.heard, log)
		}
		if got := contents(t, db); !slices.Equal(got, c.left) {
			t.Errorf("%s: left %q, want %q", c.script, got, c.left)
		}
		at, kind, _ := strings.Cut(c.script, ",")
		kind, _, _ = strings.Cut(kind, ",")
		if said := strings.Contains(log, "at="+at) || strings.Contains(log, `at="`+at); died && !(said && strings.Contains(log, "kind="+kind)) {
			t.Errorf("%s: the log does not say why it died: %s", c.script, log)
		}
	}
}

// A crash that returns, as a test may wire it, leaves what a real one leaves: before it nothing is
// committed, after it all is.
func TestACrashThatReturns(t *testing.T) {
	t.Parallel()
	all := []string{"2 APPLIED", "not watched", "plain"}
	for script, c := range map[string]struct{ first, left []string }{
		"insert APPLIED,crash-before,1,soft": {[]string{"failed: ", "struck"}, all},
		"insert APPLIED,crash-after,1,soft":  {[]string{"insert", "struck"}, all},
		"plain,crash-before,,soft":           {[]string{"insert", "insert"}, all[:2]},
	} {
		path := filepath.Join(t.TempDir(), "a file.db")
		db := openFile(t, path)
		execute(t, db, schema)
		heard, died, log := run(t, script, path)
		if died || len(heard) != 7 || !strings.HasPrefix(heard[0], c.first[0]) || !strings.HasPrefix(heard[1], c.first[1]) {
			t.Errorf("%s: died %v after %q\n%s", script, died, heard, log)
		}
		if got := contents(t, db); !slices.Equal(got, c.left) {
			t.Errorf("%s: left %q, want %q", script, got, c.left)
		}
	}
}

// A commit that nobody can look at is followed by no crash, and holds nobody up for ever.
func TestACommitThatCannotBeSeen(t *testing.T) {
	t.Parallel()
	heard, died, log := run(t, "plain,crash-after,,memory", "")
	if died || !slices.Equal(heard, []string{"answered"}) || !strings.Contains(log, "no crash after it") {
		t.Errorf("died %v, heard %q\n%s", died, heard, log)
	}
}

func TestTablesAreNamedOnce(t *testing.T) {
	t.Parallel()
	f := fault.New(nil)
	for _, tables := range [][]fault.Table{{{Table: ""}}, {{Table: "a"}, {Table: "a"}}} {
		if err := f.WatchCommits(tables...); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%v: %v", tables, err)
		}
	}
}
