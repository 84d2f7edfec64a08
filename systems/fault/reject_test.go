package fault_test

import (
	"database/sql"
	"errors"
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
	_ "modernc.org/sqlite"
)

func openFile(t *testing.T, path string) *sql.DB {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_txlock=immediate")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func execute(t *testing.T, db *sql.DB, statement string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatalf("%s: %v", statement, err)
	}
}

func insert(t *testing.T, db *sql.DB, table string) error {
	_, err := db.ExecContext(t.Context(), `insert into `+table+` (n) values (1)`)
	return err
}

func TestATableRefusesInserts(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a file.db")
	db := openFile(t, path)
	for name, table := range map[string]string{`orders`: `orders`, `it's "odd"`: `"it's ""odd"""`} {
		execute(t, db, `create table `+table+` (n integer)`)
		var lift func() error
		for range 2 { // the second finds the first standing
			var err error
			if lift, err = fault.RejectInserts(t.Context(), db, name, "the disk's bad day"); err != nil {
				t.Fatal(err)
			}
		}
		other := openFile(t, path) // as a service has it open
		if err := insert(t, other, table); err == nil || !strings.Contains(err.Error(), "the disk's bad day") {
			t.Errorf("%s: inserting: %v", table, err)
		}
		execute(t, other, `update `+table+` set n = 2`)
		for range 2 {
			if err := lift(); err != nil {
				t.Errorf("%s: lifting: %v", table, err)
			}
		}
		if err := insert(t, other, table); err != nil {
			t.Errorf("%s: inserting after it was lifted: %v", table, err)
		}
	}
	if _, err := fault.RejectInserts(t.Context(), db, "nowhere", "no"); err == nil {
		t.Error("a table that is not there refuses inserts")
	}
}

func TestRejectIsArmedAndCleared(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "orders.db"))
	execute(t, db, `create table orders (n integer)`)
	if _, err := fault.RejectInserts(t.Context(), db, "orders", "left by a process that died"); err != nil {
		t.Fatal(err)
	}
	b := newBench(t, fault.Config{})
	if err := b.Rejects(t.Context(), "insert", db, "orders"); err != nil {
		t.Fatal(err)
	}
	if err := insert(t, db, "orders"); err != nil {
		t.Errorf("what a process left behind still stands: %v", err)
	}
	for name, bad := range map[string]fault.Fault{
		"once":       {At: "insert", Kind: fault.Reject},
		"with a key": {At: "insert", Kind: fault.Reject, Times: -1, Match: "7"},
	} {
		if err := b.Arm(bad); !errors.Is(err, fault.ErrInvalid) || !strings.Contains(err.Error(), "times -1") {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 2 {
		b.arm(fault.Fault{At: "insert", Kind: fault.Reject, Times: -1})
		if err := insert(t, db, "orders"); err == nil {
			t.Error("armed, and takes a row")
		}
	}
	for range 2 {
		if err := b.Clear(); err != nil || len(b.Armed()) != 0 {
			t.Errorf("clearing: %v, left %v", err, b.Armed())
		}
	}
	if err := insert(t, db, "orders"); err != nil {
		t.Errorf("cleared, and says %v", err)
	}
}

func TestARejectThatCannotStandIsNotArmed(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "orders.db"))
	execute(t, db, `create table orders (n integer)`)
	b := newBench(t, fault.Config{})
	for at, table := range map[string]string{"insert": "orders", "nowhere": "nothing"} {
		if err := b.Rejects(t.Context(), at, db, table); err != nil {
			t.Fatal(err)
		}
	}
	reject := func(at string) fault.Fault { return fault.Fault{At: at, Kind: fault.Reject, Times: -1} }
	if err := b.Arm(reject("insert"), reject("nowhere")); err == nil || errors.Is(err, fault.ErrInvalid) {
		t.Errorf("arming what cannot be: %v", err)
	}
	if err := insert(t, db, "orders"); err != nil || len(b.Armed()) != 0 {
		t.Errorf("half of it stands: %v, armed %v", err, b.Armed())
	}
}

func TestDisarmTakesOneKindOfOnePlace(t *testing.T) {
	t.Parallel()
	db := openFile(t, filepath.Join(t.TempDir(), "orders.db"))
	execute(t, db, `create table orders (n integer); create table lines (n integer)`)
	b := newBench(t, fault.Config{})
	for _, table := range []string{"orders", "lines"} {
		if err := b.Rejects(t.Context(), table, db, table); err != nil {
			t.Fatal(err)
		}
		b.arm(fault.Fault{At: table, Kind: fault.Reject, Times: -1})
	}
	b.arm(fault.Fault{At: "do", Kind: fault.Refuse}, fault.Fault{At: "do", Kind: fault.FailBefore}, fault.Fault{At: "orders", Kind: fault.Refuse})
	for _, x := range []fault.Fault{{At: "orders", Kind: fault.Reject}, {At: "do", Kind: fault.Refuse}, {At: "nowhere", Kind: fault.Reject}} {
		if err := b.Disarm(x.At, x.Kind); err != nil {
			t.Errorf("%s at %s: %v", x.Kind, x.At, err)
		}
	}
	if insert(t, db, "orders") != nil || insert(t, db, "lines") == nil {
		t.Error("the wrong table refuses")
	}
	if got := b.call(t.Context(), "do", "7"); got.status != 500 {
		t.Errorf("the caller sees %+v", got)
	}
	if armed := b.Armed(); len(armed) != 2 || armed[0].At != "lines" || armed[1].At != "orders" {
		t.Errorf("left %v", armed)
	}
}
