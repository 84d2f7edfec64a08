package audit_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
	"testing/fstest"

	"github.com/pressly/goose/v3"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/shop/audit"
)

// earlier makes a file as the first migration left it, fills it, and then migrates it like a service
// of today.
func earlier(t *testing.T, path, migrations, table, fill string) {
	t.Helper()
	all, err := filepath.Glob(filepath.Join(migrations, "*.sql"))
	if err != nil || len(all) < 2 {
		t.Fatal(all, err)
	}
	text, err := os.ReadFile(all[0])
	if err != nil {
		t.Fatal(err)
	}
	db, err := sql.Open("sqlite", "file:"+path+"?_pragma=foreign_keys(ON)")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	db.SetMaxOpenConns(1)
	first := fstest.MapFS{filepath.Base(all[0]): &fstest.MapFile{Data: text}}
	before, err := goose.NewProvider(goose.DialectSQLite3, db, first, goose.WithTableName(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := before.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), fill); err != nil {
		t.Fatal(err)
	}
	if err := sqlite.Prepare(t.Context(), db); err != nil {
		t.Fatal(err)
	}
	today, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS(migrations), goose.WithTableName(table))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := today.Up(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// Files from before orders had owners and a status are as sound as any when they are migrated, and
// an order that was under way then is seen to hold its stock.
func TestFilesOfAnEarlierStateAreSound(t *testing.T) {
	folder := t.TempDir()
	earlier(t, ordersIn(folder), "../order/migrations", "order_schema", `
		update sequence set next_id = 1003;
		insert into orders values (1000, '1000/1', 3300, '2026-01-02T03:04:05.678Z');
		insert into lineitem values (1000, 1, 'EST-1', 2, 1650);`)
	earlier(t, catalogIn(folder), "../catalog/migrations", "catalog_schema", `
		insert into category values ('FISH', 'Fish');
		insert into product values ('FI-SW-01', 'FISH', 'Angelfish', '');
		insert into item values ('EST-1', 'FI-SW-01', 'Large', 1650);
		insert into inventory values ('EST-1', 9993);
		insert into stock_ledger values ('1000/1/stock', 'APPLIED', '', '', '', '2026-01-02T03:04:05.6Z', null),
			('1001/1/stock', 'REFUSED', 'out-of-stock', 'EST-1', 'no', '2026-01-02T03:04:06Z', null),
			('1002/1/stock', 'APPLIED', '', '', '', '2026-01-02T03:04:07Z', null);
		insert into stock_ledger_line values ('1000/1/stock', 'EST-1', 2, 1650), ('1001/1/stock', 'EST-1', 20000, 0),
			('1002/1/stock', 'EST-1', 5, 1650);`)
	books, err := audit.Open(ordersIn(folder), catalogIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = books.Close() }()
	report, err := books.Check(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range report.Violations {
		if v.Invariant != "I-B1" && v.Invariant != "I-B5" {
			t.Errorf("%s: %s", v.Invariant, v.Detail)
		}
	}
	if len(report.InDoubt) != 1 || report.InDoubt[0].Key != "1002/1/stock" {
		t.Errorf("in doubt are %+v, want the order that was under way", report.InDoubt)
	}
	if report.Orders["Success"] != 1 || report.Orders["Fail"] != 2 {
		t.Errorf("orders: %v", report.Orders)
	}
}
