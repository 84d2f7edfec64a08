package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/pressly/goose/v3"
)

// Migration is one change of the tables of a [Store].
type Migration struct {
	Version int64
	Name    string
	SQL     string        // the whole file
	Applied bool          // to the tables of the file
	At      time.Time     // when; zero if it was not
	Took    time.Duration // how long, if Migrate applied it just now; otherwise zero
}

// Migrate brings the tables of a file up to date, as [Open] does, and returns the migrations that it
// applied; with an error these are the ones before it, and they stay. It is for those who want to
// see a migration through before they start a new version. The file must exist, and no process may
// have it open with Open.
//
// The errors are those of Open; if there is no file, the error matches [os.ErrNotExist].
func Migrate(ctx context.Context, path string) (done []Migration, err error) {
	if path, err = existing(path); err != nil {
		return nil, err
	}
	lock, err := lockFile(ctx, path+lockSuffix)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, lock.release()) }()
	db, err := openWrites(ctx, path)
	if err == nil {
		done, err = applied(ctx, db)
	}
	if db != nil {
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		err = explain(err, path)
	}
	return done, err
}

// applied applies what is missing, and describes it as the tables do afterwards.
func applied(ctx context.Context, db *sql.DB) ([]Migration, error) {
	results, err := apply(ctx, db)
	if len(results) == 0 {
		return nil, err
	}
	all, e := marked(context.WithoutCancel(ctx), db)
	done := slices.DeleteFunc(all, func(m Migration) bool {
		return !slices.ContainsFunc(results, func(r *goose.MigrationResult) bool { return r.Source.Version == m.Version })
	})
	for i := range done {
		for _, r := range results {
			if r.Source.Version == done[i].Version {
				done[i].Took = r.Duration
			}
		}
	}
	return done, errors.Join(err, e)
}

// Migrations returns all migrations that this version knows, in order, and which of them were
// applied to the tables in the file. It only reads, beside a process that has the file open as well
// as without one, and makes no file.
//
// The error matches [saga.ErrFormat] if a later version wrote the tables, and [os.ErrNotExist] if
// there is no file.
func Migrations(ctx context.Context, path string) (all []Migration, err error) {
	if path, err = existing(path); err != nil {
		return nil, err
	}
	if path, err = visitPath(path); err != nil {
		return nil, err
	}
	db, err := openReads(path)
	if err == nil {
		all, err = look(ctx, db)
		err = errors.Join(err, db.Close())
	}
	if err != nil {
		return nil, fmt.Errorf("sqlite: migrations of %s: %w", path, advise(err))
	}
	return all, nil
}

// existing is checkPath for a file that must be there: a slip in its name makes no new one.
func existing(path string) (string, error) {
	name, err := checkPath(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Stat(name); errors.Is(err, os.ErrNotExist) {
		return "", fmt.Errorf("sqlite: there is no such file of sagas; check the name, or start the engine once, which makes it: %w", err)
	}
	return name, nil
}

func look(ctx context.Context, db *sql.DB) ([]Migration, error) {
	have, err := newestApplied(ctx, db)
	if err != nil {
		return nil, err
	}
	known, err := newestMigration()
	if err == nil && have > known {
		err = newer(have, known)
	}
	if err == nil {
		err = checkFormat(ctx, db)
	}
	if err != nil {
		return nil, err
	}
	return marked(ctx, db)
}

// marked is all that is known here, and what of it was applied.
func marked(ctx context.Context, db *sql.DB) ([]Migration, error) {
	all, err := known()
	if err != nil {
		return nil, err
	}
	there, err := hasMigrations(ctx, db)
	if err != nil || !there {
		return all, err
	}
	type mark struct{ version, seconds int64 }
	rows, err := db.QueryContext(ctx,
		`select version_id, coalesce(max(unixepoch(tstamp)), 0) from saga_migrations where is_applied group by version_id`)
	marks, err := collect(rows, err, func(rows *sql.Rows) (m mark, err error) {
		return m, rows.Scan(&m.version, &m.seconds)
	})
	for _, m := range marks {
		if i := slices.IndexFunc(all, func(k Migration) bool { return k.Version == m.version }); i >= 0 {
			all[i].Applied, all[i].At = true, time.Unix(m.seconds, 0).UTC()
		}
	}
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
