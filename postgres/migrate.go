package postgres

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/binary"
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migration is one change of the tables.
type Migration struct {
	Version int64
	Name    string
	SQL     string        // the whole file; "" of one that a later version applied
	Applied bool          // to the tables of the URL
	At      time.Time     // when; zero if it was not
	Took    time.Duration // how long, if Migrate applied it just now; otherwise zero
}

// Migrate brings the tables in the URL's schema up to date and makes the partitions of the next
// months. It returns the migrations that it applied, also with an error: those stay. The schema must exist; its tables are all named
// saga_..., and nothing else in it is touched. Several may do this at once: one works, the others
// wait. Tables that a later version has changed stay as they are; if this version cannot use them,
// the error matches [saga.ErrFormat].
func Migrate(ctx context.Context, url string) ([]Migration, error) {
	var done []Migration
	err := administer(ctx, url, true, func(conn *pgx.Conn, at place, t tables) (err error) {
		if done, err = apply(ctx, conn, at); err != nil {
			return err
		}
		return addMonths(ctx, conn)
	})
	if err != nil {
		return done, wrap(err, "migrate")
	}
	return done, nil
}

// Migrations returns all migrations that this version knows, in order, and which of them were
// applied to the tables in the URL's schema; then those that only a later version knows. It changes
// nothing.
func Migrations(ctx context.Context, url string) (all []Migration, err error) {
	err = administer(ctx, url, false, func(conn *pgx.Conn, _ place, t tables) (err error) {
		all, err = known()
		if err != nil || !t.there {
			return err
		}
		all, err = mark(ctx, conn, all)
		return err
	})
	if err != nil {
		return nil, wrap(err, "migrations")
	}
	return all, nil
}

// administer looks at server and tables and runs fn with a connection of its own.
func administer(ctx context.Context, url string, writing bool, fn func(conn *pgx.Conn, at place, t tables) error) error {
	conf, err := parse(url)
	if err != nil {
		return err
	}
	conf.ConnConfig.RuntimeParams["timezone"] = "UTC" // the times of applied migrations are kept without a zone
	conn, err := pgx.ConnectConfig(ctx, conf.ConnConfig)
	if err != nil {
		return err
	}
	defer hangUp(conn)
	v, err := askServer(ctx, conn)
	if err != nil {
		return err
	}
	if err := v.usable(writing); err != nil {
		return err
	}
	at := placeOf(conf.ConnConfig)
	at.schema = v.schema
	t, err := askTables(ctx, conn)
	if err == nil {
		err = t.fits(at)
	}
	if err != nil {
		return err
	}
	return fn(conn, at, t)
}

// apply runs what was not applied yet.
func apply(ctx context.Context, conn *pgx.Conn, at place) ([]Migration, error) {
	files, err := fs.Sub(migrations, "migrations")
	if err != nil {
		return nil, err
	}
	locker, err := lock.NewPostgresSessionLocker(lock.WithLockID(lockID(at)), lock.WithLockTimeout(1, 300))
	if err != nil {
		return nil, err
	}
	db := stdlib.OpenDB(*conn.Config())
	defer db.Close() //nolint:errcheck // the migrations are committed or not by now
	p, err := goose.NewProvider(goose.DialectPostgres, db, files,
		goose.WithTableName("saga_migrations"),
		goose.WithSessionLocker(locker),
		goose.WithDisableGlobalRegistry(true), // a service's own Go migrations are not ours to run
		goose.WithLogger(goose.NopLogger()))
	if err != nil {
		return nil, err
	}
	results, err := p.Up(ctx)
	if partial, ok := errors.AsType[*goose.PartialError](err); ok {
		results = partial.Applied
	}
	done, e := justApplied(context.WithoutCancel(ctx), conn, results)
	return done, errors.Join(err, e)
}

// justApplied describes what was applied as the tables do afterwards.
func justApplied(ctx context.Context, conn *pgx.Conn, results []*goose.MigrationResult) (done []Migration, err error) {
	if len(results) == 0 {
		return nil, nil
	}
	all, err := known()
	if err == nil {
		all, err = mark(ctx, conn, all)
	}
	for _, m := range all {
		for _, r := range results {
			if r.Source.Version == m.Version {
				m.Took = r.Duration
				done = append(done, m)
			}
		}
	}
	return done, err
}

// lockID is the number of the lock that keeps those apart who migrate one schema.
func lockID(at place) int64 {
	sum := sha256.Sum256([]byte("saga_migrations " + at.schema))
	return int64(binary.BigEndian.Uint64(sum[:]) >> 1) //nolint:gosec // without the sign's bit
}

const appliedSQL = `select version_id, max(tstamp) at time zone 'UTC' from saga_migrations
	where is_applied and version_id > 0 group by version_id order by version_id`

// mark fills in which migrations were applied, and adds those that are not known here.
func mark(ctx context.Context, conn *pgx.Conn, all []Migration) ([]Migration, error) {
	rows, err := conn.Query(ctx, appliedSQL, pgx.QueryExecModeExec)
	if err != nil {
		return nil, err
	}
	var version int64
	var at time.Time
	_, err = pgx.ForEachRow(rows, []any{&version, &at}, func() error {
		i := slices.IndexFunc(all, func(m Migration) bool { return m.Version == version })
		if i < 0 {
			all, i = append(all, Migration{Version: version, Name: "of a later version"}), len(all)
		}
		all[i].Applied, all[i].At = true, at.UTC()
		return nil
	})
	return all, err
}

// known lists the migrations that are embedded here, in order.
func known() ([]Migration, error) {
	names, err := fs.Glob(migrations, "migrations/*.sql")
	if err != nil {
		return nil, err
	}
	var all []Migration
	for _, name := range names {
		text, err := fs.ReadFile(migrations, name)
		if err != nil {
			return nil, err
		}
		version, err := goose.NumericComponent(name)
		if err != nil {
			return nil, err
		}
		_, title, _ := strings.Cut(strings.TrimSuffix(path.Base(name), ".sql"), "_")
		all = append(all, Migration{Version: version, Name: title, SQL: string(text)})
	}
	return all, nil
}

// newestMigration is the number of the last migration that is embedded here.
func newestMigration() (int64, error) {
	all, err := known()
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1].Version, nil
}
