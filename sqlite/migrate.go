package sqlite

import (
	"context"
	"database/sql"
	"embed"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/seosa-dev/saga"
)

//go:embed migrations/*.sql
var migrations embed.FS

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
