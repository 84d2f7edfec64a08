package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
	"github.com/seosa-dev/saga"
)

//go:embed local/*.sql
var local embed.FS

// Prepare makes, or brings up to date, the tables that [Bound] and [Queue] use: they lie in the first
// schema of the pool's search_path, beside the service's own, are named saga_..., and have a table of
// migrations of their own, saga_local_migrations. Call it when the service is deployed or starts, as
// a role that may create in the schema and before anything else uses them; it may be called again at
// any time, also by several at once, and then changes nothing. The pool needs room for one
// connection. The tables have nothing to do with those of a [Store], which may lie in the same schema.
//
// The error matches [saga.ErrFormat] if a later version of this package wrote the tables; they are
// then left as they were.
func Prepare(ctx context.Context, pool *pgxpool.Pool) error {
	return wrapLocal(prepare(ctx, pool), "prepare")
}

func prepare(ctx context.Context, pool *pgxpool.Pool) error {
	files, err := fs.Sub(local, "local")
	if err != nil {
		return err
	}
	var schema string
	if err := pool.QueryRow(ctx, `select coalesce(current_schema(), '')`).Scan(&schema); err != nil {
		return err
	}
	if schema == "" {
		return fmt.Errorf("%w: no schema of the pool's search_path exists; create it, or name another one", saga.ErrInvalid)
	}
	// Not the lock of the store's migrations: a service may do both at once.
	sum := sha256.Sum256([]byte("saga_local_migrations " + schema))
	id := int64(binary.BigEndian.Uint64(sum[:]) >> 1) //nolint:gosec // without the sign's bit
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(id), lock.WithLockTimeout(1, 300))
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*pool.Config().ConnConfig)
	defer db.Close() //nolint:errcheck // the migrations are committed or not by now
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName("saga_local_migrations"),
		goose.WithSessionLocker(locker),
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
		return fmt.Errorf("%w: the tables are at migration %d, this version knows %d; run the version that wrote them, or a later one",
			saga.ErrFormat, have, known)
	}
	_, err = p.Up(ctx)
	return err
}

// wrapLocal says what failed in a service's own database.
func wrapLocal(err error, what string) error {
	switch {
	case err == nil:
		return nil
	case code(err) == undefinedTable:
		return fmt.Errorf("postgres: %s: the tables are not there; call Prepare first: %w", what, err)
	}
	return fmt.Errorf("postgres: %s: %w", what, err)
}
