package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/seosa-dev/saga"
)

//go:embed migrations/*.sql
var migrations embed.FS

// format is the number in saga_format that this version writes and the only one it reads.
const format = 1

// migrate brings the tables up to date, and touches nothing if a later version wrote them.
func migrate(ctx context.Context, db *sql.DB) error {
	if err := checkFormat(ctx, db); err != nil {
		return err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithTableName("saga_migrations"),
		goose.WithDisableGlobalRegistry(true), // a service's own Go migrations are not ours to run
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return err
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return err
	}
	if have > known {
		return fmt.Errorf("%w: the tables are at migration %d, this version knows %d", saga.ErrFormat, have, known)
	}
	if _, err := p.Up(ctx); err != nil {
		return err
	}
	return checkFormat(ctx, db)
}

// checkFormat refuses a file whose tables this version cannot read. A file without tables is fine.
func checkFormat(ctx context.Context, db *sql.DB) error {
	var tables int
	err := db.QueryRowContext(ctx,
		`select count(*) from sqlite_schema where type = 'table' and name = 'saga_format'`).Scan(&tables)
	if err != nil || tables == 0 {
		return err
	}
	var have int64
	err = db.QueryRowContext(ctx, `select version from saga_format`).Scan(&have)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("%w: the table saga_format is empty", saga.ErrFormat)
	case err != nil:
		return err
	case have != format:
		return fmt.Errorf("%w: the tables have format %d, this version knows %d", saga.ErrFormat, have, format)
	}
	return nil
}
