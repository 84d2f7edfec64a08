//go:build unix

package fault_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
)

// places names a commit by the state that a row of the ledger gets, and its key.
func places(r fault.Row) (at, key string) {
	switch {
	case filepath.Base(r.File) != "a file.db":
		return "", ""
	case r.Op == "delete":
		return "gone", fmt.Sprint(r.Old[0])
	case r.Op == "update" && r.Old[1] != "APPLIED":
		return "odd", ""
	}
	return fmt.Sprintf("%s %v", r.Op, r.New[1]), fmt.Sprint(r.New[0])
}

// write is the child: it makes the same commits every time, says so on its standard output after
// each, and dies where it is told to: "place,kind,key,mode". Soft is a crash that returns, memory a
// database that no other connection sees.
func write(script, path string) error {
	part := append(strings.Split(script, ","), "")
	config := &fault.Config{Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))}
	if part[3] != "" {
		config.Crash = func() {}
	}
	f := fault.New(config)
	if err := f.WatchCommits(fault.Table{Table: "ledger", Name: places}, fault.Table{Table: "plain"}); err != nil {
		return err
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		return err
	}
	db.SetMaxOpenConns(1)
	if err := f.Arm(fault.Fault{At: part[0], Kind: fault.Kind(part[1]), Match: part[2]}); err != nil {
		return err
	}
	if part[3] == "memory" {
		return commitUnseen(f)
	}
	return serveCommits(f, db, part[0])
}

// serveCommits makes each commit in a watched handler, and says what its caller hears of it.
func serveCommits(f *fault.Faults, db *sql.DB, place string) error {
	at := func(*http.Request) string { return "http" }
	server := httptest.NewServer(f.HTTP(at, nil, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		statement, _ := io.ReadAll(r.Body)
		if err := inTransaction(r.Context(), db, string(statement)); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
		}
	})))
	defer server.Close()
	told := 0
	for _, statement := range []string{
		`insert into ledger values ('1', 'APPLIED')`,
		`insert into log values ('not watched')`,
		`update ledger set state = 'REVERTED' where key = '1'`,
		`delete from ledger where key = '1'`,
		`insert into ledger values ('2', 'APPLIED')`,
		`insert into plain values (1)`,
	} {
		reply, err := http.Post(server.URL, "text/plain", strings.NewReader(statement))
		if err != nil {
			return err
		}
		text, _ := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		if reply.StatusCode != http.StatusOK {
			statement = "failed: " + strings.TrimSpace(string(text))
		}
		fmt.Println(statement)
		if f.Counts()["crash-before"]+f.Counts()["crash-after"] > told {
			told++
			fmt.Println("struck", f.Struck(context.Background(), place, told))
		}
	}
	return nil
}

// inTransaction runs a statement beside others that change nothing, or nothing that lasts.
func inTransaction(ctx context.Context, db *sql.DB, statement string) error {
	given, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if _, err := given.ExecContext(ctx, `insert into ledger values ('3', 'APPLIED')`); err != nil {
		return err
	}
	if err := given.Rollback(); err != nil { // the names of what is given up are given up with it
		return err
	}
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	if _, err := tx.ExecContext(ctx, statement); err != nil {
		return err
	}
	return tx.Commit()
}

// commitUnseen commits in memory, where no second connection can see it, gives the next transaction
// up, and wants a watched place to be answered then.
func commitUnseen(f *fault.Faults) error {
	db, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer db.Close()
	db.SetMaxOpenConns(1)
	for _, statement := range []string{
		`create table plain (n integer)`, `insert into plain values (1)`, `begin immediate`, `insert into plain values (2)`, `rollback`,
	} {
		if _, err := db.Exec(statement); err != nil {
			return err
		}
	}
	at := func(*http.Request) string { return "http" }
	h := f.HTTP(at, nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) { fmt.Println("answered") }))
	began := time.Now()
	h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", nil))
	if time.Since(began) > 5*time.Second {
		return errors.New("the answer waited for a crash that does not come")
	}
	return nil
}
