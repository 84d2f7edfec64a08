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

// migrate brings the tables up to date, and touches nothing if a later version wrote them.
func migrate(ctx context.Context, db *sql.DB) error {
	_, err := apply(ctx, db)
	return err
}

// apply is migrate, and returns what it ran. With an error that is what it ran before.
func apply(ctx context.Context, db *sql.DB) ([]*goose.MigrationResult, error) {
	if err := checkFormat(ctx, db); err != nil {
		return nil, err
	}
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithTableName("saga_migrations"),
		goose.WithDisableGlobalRegistry(true), // a service's own Go migrations are not ours to run
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, err
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return nil, err
	}
	if have > known {
		return nil, newer(have, known)
	}
	done, err := p.Up(ctx)
	if part := (*goose.PartialError)(nil); errors.As(err, &part) {
		return part.Applied, err
	}
	if err != nil {
		return nil, err
	}
	return done, checkFormat(ctx, db)
}

func newer(have, known int64) error {
	return fmt.Errorf("%w: the tables are at migration %d, this version knows %d; use the version that wrote them, or a later one",
		saga.ErrFormat, have, known)
}
