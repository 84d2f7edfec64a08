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

//go:embed local/*.sql
var local embed.FS

// Prepare makes, or brings up to date, the tables that [Bound] and [Queue] use: they lie in a
// service's own file, are named saga_..., and have a table of migrations of their own,
// saga_local_migrations. Call it when the service opens its file, with a connection that may write
// and before anything else uses them; it may be called again at any time and then changes nothing.
// They have nothing to do with the tables of a [Store], which may lie in the same file.
//
// The error matches [saga.ErrFormat] if a later version of this package wrote the tables; they are
// then left as they were.
func Prepare(ctx context.Context, db *sql.DB) error {
	files, err := fs.Sub(local, "local")
	if err != nil {
		return wrap(err, "prepare")
	}
	p, err := goose.NewProvider(goose.DialectSQLite3, db, files,
		goose.WithTableName("saga_local_migrations"),
		goose.WithDisableGlobalRegistry(true), // a service's own Go migrations are not ours to run
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return wrap(err, "prepare")
	}
	have, known, err := p.GetVersions(ctx)
	if err != nil {
		return wrap(err, "prepare")
	}
	if have > known {
		return fmt.Errorf("sqlite: prepare: %w: the tables are at migration %d, this version knows %d; run the version that wrote them, or a later one",
			saga.ErrFormat, have, known)
	}
	_, err = p.Up(ctx)
	return wrap(err, "prepare")
}
