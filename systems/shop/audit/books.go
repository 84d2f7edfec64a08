package audit

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// connections is how many reads of one file may be under way at once.
const connections = 4

// Books are the shop's two databases, open for reading only. Get them from [Open]. Methods may be
// called from several goroutines at once.
type Books struct {
	orders, catalog *sql.DB
}

// Open opens the files of the order service and of the catalog service. Both must exist and have
// been brought up to date by their services, which may be running or not. Call Close when done.
func Open(ordersPath, catalogPath string) (*Books, error) {
	orders, err := openFile(ordersPath, "order_retry_status")
	if err != nil {
		return nil, fmt.Errorf("audit: open the order service's file: %w", err)
	}
	catalog, err := openFile(catalogPath, "inventory")
	if err != nil {
		return nil, errors.Join(fmt.Errorf("audit: open the catalog's file: %w", err), orders.Close())
	}
	return &Books{orders, catalog}, nil
}

// Close releases both files. It may be called twice.
func (b *Books) Close() error { return errors.Join(b.orders.Close(), b.catalog.Close()) }

// openFile opens a file in which a service keeps its tables: the table of that name, and those of
// ledger and outbox.
func openFile(path, table string) (*sql.DB, error) {
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("run the service once, which makes it, or correct the path: %w", err)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return nil, err
	}
	slashed := filepath.ToSlash(abs)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a drive letter
	}
	settings := url.Values{"mode": {"ro"}, "_busy_timeout": {"10000"}}
	db, err := sql.Open("sqlite", (&url.URL{Scheme: "file", Path: slashed, RawQuery: settings.Encode()}).String())
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(connections)
	db.SetMaxIdleConns(connections)
	var tables int
	err = db.QueryRow(`select count(*) from sqlite_schema
		where type = 'table' and name in (?, 'saga_ledger', 'saga_outbox')`, table).Scan(&tables)
	if err == nil && tables != 3 {
		err = fmt.Errorf("its tables are missing or old; run the service's present version once, or correct the path %s", path)
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return db, nil
}

// snapshot runs fn in a transaction, so that all it reads is of one moment.
func snapshot(ctx context.Context, db *sql.DB, fn func(tx *sql.Tx) error) error {
	tx, err := db.BeginTx(ctx, &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	return fn(tx)
}
