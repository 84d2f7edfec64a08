package catalog

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/url"
	"time"

	"github.com/pressly/goose/v3"
	_ "modernc.org/sqlite" // the driver named "sqlite"
)

//go:embed migrations/*.sql
var migrations embed.FS

// store is the service's database: one connection that writes, others that read. A second writer
// would only wait for the first one's lock.
type store struct {
	write *sql.DB
	read  *sql.DB
}

func openStore(ctx context.Context, path string) (*store, error) {
	if path == "" {
		return nil, errors.New("catalog: Config.Path is empty; name the database file")
	}
	write, err := openDB(path)
	if err != nil {
		return nil, err
	}
	write.SetMaxOpenConns(1)
	read, err := openDB(path)
	if err != nil {
		return nil, errors.Join(err, write.Close())
	}
	s := &store{write: write, read: read}
	if err := s.migrate(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: open %s: %w", path, err), s.close())
	}
	if err := s.change(ctx, seed); err != nil {
		return nil, errors.Join(fmt.Errorf("catalog: seed %s: %w", path, err), s.close())
	}
	return s, nil
}

func openDB(path string) (*sql.DB, error) {
	settings := url.Values{
		"_pragma": {"busy_timeout(5000)", "journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(ON)"},
		"_txlock": {"immediate"},
	}
	db, err := sql.Open("sqlite", "file:"+(&url.URL{Path: path}).EscapedPath()+"?"+settings.Encode())
	if err != nil {
		return nil, fmt.Errorf("catalog: open %s: %w", path, err)
	}
	return db, nil
}

func (s *store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectSQLite3, s.write, files, goose.WithTableName("catalog_schema"))
	if err != nil {
		return err
	}
	_, err = provider.Up(ctx)
	return err
}

func (s *store) close() error { return errors.Join(s.read.Close(), s.write.Close()) }

// change runs fn in a transaction that holds the write lock from its start, so that what fn reads
// still holds when it writes. The end of ctx keeps it from starting; once started it runs to its
// end within a time of its own, because a statement interrupted in the middle leaves the caller
// with nothing that could be known sooner.
func (s *store) change(ctx context.Context, fn func(context.Context, *sql.Tx) error) error {
	conn, err := s.write.Conn(ctx)
	if err != nil {
		return fmt.Errorf("catalog: no connection: %w", err)
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
	defer cancel()
	tx, err := conn.BeginTx(ctx, nil)
	if err != nil {
		return fmt.Errorf("catalog: begin: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // does nothing after a commit
	if err := fn(ctx, tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("catalog: commit: %w", err)
	}
	return nil
}
