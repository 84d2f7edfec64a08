package audit_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/pressly/goose/v3"
	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/shop/audit"
)

// files are an order.db and a catalog.db that no service has open.
type files struct{ orders, catalog *sql.DB }

func ordersIn(folder string) string  { return filepath.Join(folder, "order.db") }
func catalogIn(folder string) string { return filepath.Join(folder, "catalog.db") }

// create makes both files with the tables of the services.
func create(ctx context.Context, folder string) (f files, err error) {
	if f.orders, err = migrated(ctx, ordersIn(folder), "../order/migrations", "order_schema"); err != nil {
		return f, err
	}
	f.catalog, err = migrated(ctx, catalogIn(folder), "../catalog/migrations", "catalog_schema")
	return f, err
}

func (f files) close() error { return errors.Join(f.orders.Close(), f.catalog.Close()) }

func migrated(ctx context.Context, path, migrations, table string) (*sql.DB, error) {
	// What is planted in a test may break every constraint of the tables.
	db, err := sql.Open("sqlite", "file:"+path+"?_txlock=immediate&_pragma=busy_timeout(10000)"+
		"&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)&_pragma=foreign_keys(OFF)&_pragma=ignore_check_constraints(ON)")
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	if err := sqlite.Prepare(ctx, db); err != nil {
		return nil, err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db, os.DirFS(migrations), goose.WithTableName(table))
	if err != nil {
		return nil, err
	}
	_, err = provider.Up(ctx)
	return db, err
}

// The sound shop: 1000 is placed; 1001 failed once, which waits to be taken back, and was placed
// then; 1002 was refused; 1003 is unknown, with its stock taken; 1004 is under way; 1005 failed and
// was taken back; 1006 failed and its message is dead; 1007 was given out and not used.
const soundOrders = `
update sequence set next_id = 1008;
insert into order_number (id, owner, issued_at) select value, 'ann', '2026-01-02T03:04:05Z'
	from json_each('[1000,1001,1002,1003,1004,1005,1006,1007]');
insert into order_retry_status (order_id, status, attempt, lines, since) values
	(1000, 'Success', 1, '[{"item":"EST-1","quantity":2},{"item":"EST-2","quantity":1}]', '2026-01-02T03:04:05Z'),
	(1001, 'Success', 2, '[{"item":"EST-1","quantity":3}]', '2026-01-02T03:04:05Z'),
	(1002, 'Fail', 1, '[{"item":"EST-2","quantity":99999}]', '2026-01-02T03:04:05Z'),
	(1003, 'Unknown', 1, '[{"item":"EST-2","quantity":4}]', '2026-01-02T03:04:05Z'),
	(1004, 'Unprocessed', 1, '[{"item":"EST-2","quantity":5}]', '2026-01-02T03:04:05Z'),
	(1005, 'Fail', 1, '[{"item":"EST-1","quantity":6}]', '2026-01-02T03:04:05Z'),
	(1006, 'Fail', 2, '[{"item":"EST-1","quantity":7}]', '2026-01-02T03:04:05Z');
insert into orders (id, instance, owner, total, placed_at) values
	(1000, '1000/1', 'ann', 4950, '2026-01-02T03:04:05Z'), (1001, '1001/2', 'ann', 4950, '2026-01-02T03:04:05Z');
insert into orderstatus (order_id, status, changed_at) values
	(1000, 'P', '2026-01-02T03:04:05Z'), (1001, 'P', '2026-01-02T03:04:05Z');
insert into lineitem (order_id, line_number, item, quantity, unit_price) values
	(1000, 1, 'EST-1', 2, 1650), (1000, 2, 'EST-2', 1, 1650), (1001, 1, 'EST-1', 3, 1650);
insert into order_fence (instance, fenced_at) values ('1001/1', '2026-01-02T03:04:05Z');
insert into saga_outbox (id, source, type, key, data, correlation, causation, trace, written, dead) values
	('1001/1/stock~undo', '/shop/order', 'product_compensation', '1001',
		'{"orderId":1001,"attempt":1,"key":"1001/1/stock","lines":[{"item":"EST-1","quantity":3}]}', '', '', '', 1, 0),
	('1006/1/stock~undo', '/shop/order', 'product_compensation', '1006',
		'{"orderId":1006,"attempt":1,"key":"1006/1/stock","lines":[{"item":"EST-1","quantity":7}]}', '', '', '', 1, 1);`

const soundCatalog = `
insert into category (id, name) values ('FISH', 'Fish');
insert into product (id, category, name, description) values ('FI-SW-01', 'FISH', 'Angelfish', '');
insert into item (id, product, variant, price) values ('EST-1', 'FI-SW-01', 'Large', 1650), ('EST-2', 'FI-SW-01', 'Small', 1650);
insert into inventory (item, quantity) values ('EST-1', 10000 - 2 - 3 - 3 - 7), ('EST-2', 10000 - 1 - 4);
insert into saga_ledger (key, operation, state, request, reply, refusal_code, decided_at, reverted_at) values
	('1000/1/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-2","quantity":1},{"item":"EST-1","quantity":2}]}',
		'{"currency":"USD","lines":[{"item":"EST-1","quantity":2,"unitPrice":1650},{"item":"EST-2","quantity":1,"unitPrice":1650}]}', null, 10, null),
	('1001/1/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-1","quantity":3}]}',
		'{"currency":"USD","lines":[{"item":"EST-1","quantity":3,"unitPrice":1650}]}', null, 20, null),
	('1001/2/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-1","quantity":3}]}',
		'{"currency":"USD","lines":[{"item":"EST-1","quantity":3,"unitPrice":1650}]}', null, 30, null),
	('1002/1/stock', 'stock/decrement', 'REFUSED', '{"lines":[{"item":"EST-2","quantity":99999}]}', null, 'out-of-stock', 40, null),
	('1003/1/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-2","quantity":4}]}',
		'{"currency":"USD","lines":[{"item":"EST-2","quantity":4,"unitPrice":1650}]}', null, 50, null),
	('1004/1/stock', 'stock/decrement', 'CANCELLED', null, null, null, 60, null),
	('1005/1/stock', 'stock/decrement', 'REVERTED', '{"lines":[{"item":"EST-1","quantity":6}]}',
		'{"currency":"USD","lines":[{"item":"EST-1","quantity":6,"unitPrice":1650}]}', null, 70, 80),
	('1006/1/stock', 'stock/decrement', 'APPLIED', '{"lines":[{"item":"EST-1","quantity":7}]}',
		'{"currency":"USD","lines":[{"item":"EST-1","quantity":7,"unitPrice":1650}]}', null, 90, null),
	('a key of another operation', 'delivery', 'APPLIED', '{}', '{}', null, 100, null);`

// createSound makes both files and fills them with the sound shop.
func createSound(ctx context.Context, folder string) (files, error) {
	f, err := create(ctx, folder)
	if err != nil {
		return f, err
	}
	_, err = f.orders.ExecContext(ctx, soundOrders)
	_, bad := f.catalog.ExecContext(ctx, soundCatalog)
	return f, errors.Join(err, bad)
}

func sound(t *testing.T) (files, *audit.Books) {
	t.Helper()
	folder := t.TempDir()
	f, err := createSound(t.Context(), folder)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = f.close() })
	return f, open(t, folder)
}

func open(t *testing.T, folder string) *audit.Books {
	t.Helper()
	books, err := audit.Open(ordersIn(folder), catalogIn(folder))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = books.Close() })
	return books
}

func check(t *testing.T, books *audit.Books, initial func(string) int64) audit.Report {
	t.Helper()
	report, err := books.Check(t.Context(), initial)
	if err != nil {
		t.Fatal(err)
	}
	return report
}

func exec(t *testing.T, db *sql.DB, statements string) {
	t.Helper()
	if _, err := db.ExecContext(t.Context(), statements); err != nil {
		t.Fatal(fmt.Errorf("%s: %w", statements, err))
	}
}
