package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"time"

	"github.com/pressly/goose/v3"
)

// ErrCommit marks a commit that failed: whether the change is on disk is not known. To others that
// is an unknown outcome, not a failure.
var ErrCommit = errors.New("sqlite: the commit failed; whether it is on disk is not known")

// changeWithin bounds a transaction that has begun.
const changeWithin = 10 * time.Second

// DB is a service's own database file, ready for [Bind], [Operation] and [Consumer]: one connection
// that writes, and others that read. It implements [Database]. Get one from [OpenDatabase]; it is
// safe for concurrent use. Read only through Read; write through Change.
//
// One connection writes because SQLite has one writer: a second one would only wait for the lock of
// the first, and a wait inside the driver cannot be measured or bounded as well as one in Go.
type DB struct {
	Read  *sql.DB
	write *sql.DB
	path  string
}

// OpenDatabase opens a service's file, creates it if it does not exist (its folder is not), and
// makes the tables of [Prepare]. The file is in WAL mode with synchronous=FULL: a change that was
// answered survives a crash of the process and, on a disk that keeps its promises, of the machine.
// A [Store] may live in the same file. Call Migrate for the service's own tables, and Close when
// done.
func OpenDatabase(ctx context.Context, path string) (*DB, error) {
	if path == "" {
		return nil, errors.New("sqlite: the path of the database is empty; name its file")
	}
	db := &DB{path: path}
	var err error
	if db.write, err = connect(path); err != nil {
		return nil, fmt.Errorf("sqlite: open %s: %w", path, err)
	}
	db.write.SetMaxOpenConns(1)
	if db.Read, err = connect(path); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, err), db.write.Close())
	}
	if err := Prepare(ctx, db.write); err != nil {
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

// Migrate runs the service's own migrations that the file lacks: files of goose in the folder
// "migrations" of files. The table keeps the list of those that ran; each user of a file has one of
// its own. Migrations may write to the tables of [Prepare].
func (db *DB) Migrate(ctx context.Context, files fs.FS, table string) error {
	folder, err := fs.Sub(files, "migrations")
	if err != nil {
		return wrap(err, "migrate")
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, db.write, folder,
		goose.WithTableName(table), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return wrap(err, "migrate")
	}
	_, err = provider.Up(ctx)
	return wrap(err, "migrate")
}

// Close releases the file. It may be called twice.
func (db *DB) Close() error { return errors.Join(db.Read.Close(), db.write.Close()) }

// Change implements [Database]. The end of ctx keeps a change from starting; once started it runs to
// its end within ten seconds, because a statement that is interrupted in the middle leaves the
// caller with nothing that could be known sooner. The error matches [ErrCommit] if the commit
// failed; after any other error nothing was changed.
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
	defer db.traced(ctx)()
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("%w: %w", ErrCommit, err)
	}
	return nil
}
