//go:build unix

package killtest_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// watchCommits puts the trap into SQLite itself: before means inside the transaction, all of it
// written and nothing committed.
func watchCommits(t *trap) {
	driver.RegisterConnectionHook(func(c driver.ExecQuerierContext, _ string) error {
		h, ok := c.(driver.HookRegisterer)
		if !ok {
			return errors.New("this SQLite has no hooks")
		}
		w := &transaction{trap: t}
		h.RegisterPreUpdateHook(w.row)
		h.RegisterCommitHook(w.commit)
		h.RegisterRollbackHook(w.rollback)
		return nil
	})
}

// transaction is what the open transaction of one connection is about.
type transaction struct {
	trap  *trap
	write string // "" if nothing that the test watches
	key   string // of the request that it answers
	order int64
}

// row is called before each row that changes.
func (x *transaction) row(d driver.SQLitePreUpdateData) {
	switch {
	case d.TableName == "stock_ledger":
		x.ledger(d)
	case d.TableName == "orders" && d.Op == codes.SQLITE_INSERT:
		x.write, x.order = insert, d.NewRowID
	case d.TableName == "sequence" && d.Op == codes.SQLITE_UPDATE:
		x.write, x.key = number, number
	}
}

func (x *transaction) ledger(d driver.SQLitePreUpdateData) {
	columns := make([]any, 2)
	if err := d.New(columns...); err != nil {
		x.trap.tell("broken " + err.Error())
		return
	}
	x.key = fmt.Sprint(columns[0])
	switch columns[1] {
	case "APPLIED":
		x.write = decrement
	case "REFUSED":
		x.write = refusal
	case "CANCELLED":
		x.write = fence
	case "REVERTED":
		x.write = restore
	}
}

// commit is called when all is written but the commit.
func (x *transaction) commit() int32 {
	if !x.trap.joined.Load() {
		x.trap.at(anyCommit, before)
	}
	if x.write == "" {
		return 0
	}
	x.trap.at(x.write, before)
	if x.key != "" {
		x.trap.committed.Store(x.key, x.write)
	}
	if x.write == insert {
		x.trap.storing.Store(x.order)
	}
	x.rollback()
	return 0
}

func (x *transaction) rollback() { x.write, x.key, x.order = "", "", 0 }

// afterCommits kills when the handler has committed and before its reply is sent.
func (t *trap) afterCommits(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reply := httptest.NewRecorder()
		next.ServeHTTP(reply, r)
		key := r.Header.Get("Idempotency-Key")
		if r.URL.Path == "/orders/new" {
			key = number
		}
		if write, ok := t.committed.LoadAndDelete(key); ok {
			t.at(write.(string), after)
		}
		send(w, reply)
	})
}

func send(w http.ResponseWriter, reply *httptest.ResponseRecorder) {
	for name, values := range reply.Header() {
		w.Header()[name] = values
	}
	w.WriteHeader(reply.Code)
	_, _ = w.Write(reply.Body.Bytes())
}
