package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga"
	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// readers is how many reads may be under way at once. More would only wait for the processor.
const readers = 4

// checkPath returns the one name of the file: absolute and without symbolic links, so that two
// names for a file find the same lock.
func checkPath(path string) (string, error) {
	if path == "" {
		return "", fmt.Errorf("%w: sqlite: the path is empty", saga.ErrInvalid)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", fmt.Errorf("sqlite: %w", err)
	}
	folder, err := filepath.EvalSymlinks(filepath.Dir(abs))
	if err != nil {
		return "", fmt.Errorf("sqlite: the folder for %s cannot be used; create it first: %w", path, err)
	}
	abs = filepath.Join(folder, filepath.Base(abs))
	if target, err := filepath.EvalSymlinks(abs); err == nil {
		abs = target
	}
	info, err := os.Stat(abs)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return abs, nil
	case err != nil:
		return "", fmt.Errorf("sqlite: %w", err)
	case info.IsDir():
		return "", fmt.Errorf("%w: sqlite: %s is a folder; name a file in it", saga.ErrInvalid, path)
	}
	return abs, nil
}

// dsn is the file's address with settings for each connection.
func dsn(path string, settings url.Values) string {
	slashed := filepath.ToSlash(path)
	if slashed[0] != '/' {
		slashed = "/" + slashed // a drive letter
	}
	u := url.URL{Scheme: "file", Path: slashed, RawQuery: settings.Encode()}
	return u.String()
}

// openWrites opens the connection for writing. Its log is moved into the file every 16 MB: seldom
// enough that pages which are written again and again are moved once.
func openWrites(ctx context.Context, path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, url.Values{
		"_busy_timeout": {"10000"},
		"_txlock":       {"immediate"},
		"_pragma": {
			"journal_mode(WAL)", "synchronous(FULL)", "fullfsync(1)", "checkpoint_fullfsync(1)", "wal_autocheckpoint(4000)",
			"cache_size(-32000)", "temp_store(MEMORY)",
		},
	}))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	db.SetMaxIdleConns(1)
	return db, db.PingContext(ctx)
}

// tryWriting finds out whether the file can be written, which SQLite otherwise says only at the
// first change. It is not done by opening the file: closing it again would free locks that this
// process may hold on it through other connections.
func tryWriting(ctx context.Context, db *sql.DB) error {
	tx, err := db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `update saga_format set version = version`)
	return errors.Join(err, tx.Rollback())
}

// openReads opens the connections for reading; none of them can write, nor make the file.
func openReads(path string) (*sql.DB, error) {
	db, err := sql.Open("sqlite", dsn(path, url.Values{
		"mode":          {"rw"},
		"_busy_timeout": {"10000"},
		"_query_only":   {"1"},
		"_pragma":       {"cache_size(-8000)", "temp_store(MEMORY)"},
	}))
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(readers)
	db.SetMaxIdleConns(readers)
	return db, nil
}

// explain says what to do about an error of opening.
func explain(err error, path string) error {
	var e *driver.Error
	if !errors.As(err, &e) {
		return fmt.Errorf("sqlite: open %s: %w", path, err)
	}
	advice := "the file cannot be opened"
	switch e.Code() & 0xff {
	case codes.SQLITE_NOTADB:
		advice = "the file is not an SQLite database; choose another"
	case codes.SQLITE_CORRUPT:
		advice = "the file is damaged; restore a copy"
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_CANTOPEN:
		advice = "the file and its folder must be writable"
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED:
		advice = "another program is writing to the file; stop it"
	case codes.SQLITE_FULL:
		advice = "the disk is full"
	}
	return fmt.Errorf("sqlite: open %s: %s: %w", path, advice, err)
}
