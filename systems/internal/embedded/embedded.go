package embedded

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"time"

	"github.com/pressly/goose/v3"
	"github.com/seosa-dev/saga/sqlite"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

// ErrCommit marks a commit that failed: whether the change is on disk is not known.
var ErrCommit = errors.New("commit failed; whether it is on disk is not known")

// changeWithin bounds a transaction that has begun.
const changeWithin = 10 * time.Second

// DB is an open file. It is safe for concurrent use. Read only through Read; write through Change.
type DB struct {
	Read  *sql.DB
	write *sql.DB
}

// Open opens a file, creates it if it does not exist (its folder is not), and runs the migrations
// that it lacks, and makes the tables of ledger, outbox and inbox ([sqlite.Prepare]). The table keeps the list of those that ran; each user of a file has one of its own.
func Open(ctx context.Context, path string, migrations fs.FS, table string) (*DB, error) {
	if path == "" {
		return nil, errors.New("the path of the database is empty; name its file")
	}
	db := &DB{}
	var err error
	if db.write, err = connect(path); err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.write.SetMaxOpenConns(1)
	if db.Read, err = connect(path); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.write.Close())
	}
	if err := db.migrate(ctx, migrations, table); err != nil {
		return nil, errors.Join(fmt.Errorf("open %s: %w", path, err), db.Close())
	}
	return db, nil
}

func connect(path string) (*sql.DB, error) {
	settings := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "foreign_keys(ON)"},
		"_txlock": {"immediate"},
	}
	return sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+settings.Encode())
}

func (db *DB) migrate(ctx context.Context, migrations fs.FS, table string) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.write, files, goose.WithTableName(table))
	if err != nil {
		return err
	}
	if err := sqlite.Prepare(ctx, db.write); err != nil { // first: a migration may write to its tables
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

// Close releases the file. It may be called twice.
func (db *DB) Close() error { return errors.Join(db.Read.Close(), db.write.Close()) }

// Change runs fn in a transaction and commits it if fn returns nil. The end of ctx keeps it from
// starting; once started it runs to its end within a time of its own, because a statement that is
// interrupted in the middle leaves the caller with nothing that could be known sooner. The error
// matches [ErrCommit] if the commit failed; after any other error nothing was changed.
func (db *DB) Change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	conn, err := db.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("no connection: %w", err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), changeWithin)
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%w: %w", ErrCommit, err)
	}
	return nil
}
