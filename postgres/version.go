package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// format is the number of this program. Tables whose saga_format says that the oldest program they
// are fit for is a later one are not touched.
const format = 1

const migrateCommand = "seosa migrate -store URL up"

// In the current schema only: tables of the same name may lie elsewhere on the search path.
const tablesSQL = `select to_regclass(quote_ident(current_schema()) || '.saga_format') is not null
	and to_regclass(quote_ident(current_schema()) || '.saga_migrations') is not null`

const versionSQL = `select (select coalesce(max(version_id), 0) from saga_migrations where is_applied),
	coalesce((select max(version) from saga_format), 0), coalesce((select max(oldest) from saga_format), 0)`

// tables is how far the tables are.
type tables struct {
	there           bool
	migration       int64
	version, oldest int
}

func askTables(ctx context.Context, db querier) (t tables, err error) {
	err = db.QueryRow(ctx, tablesSQL).Scan(&t.there)
	if err != nil || !t.there {
		return t, err
	}
	// Planned anew: what is there was perhaps made a moment ago.
	err = db.QueryRow(ctx, versionSQL, pgx.QueryExecModeExec).Scan(&t.migration, &t.version, &t.oldest)
	return t, err
}

// fits refuses tables that only a later program may use.
func (t tables) fits(where place) error {
	if t.oldest > format {
		return fmt.Errorf("%w: the tables in %s have format %d, which needs a program that knows format %d, and this one knows %d; use the version that migrated them, or a later one",
			saga.ErrFormat, where, t.version, t.oldest, format)
	}
	return nil
}

// checkVersion wants tables that this program can use, and only reads to find out.
func checkVersion(ctx context.Context, db querier, where place) error {
	t, err := askTables(ctx, db)
	if err != nil {
		return err
	}
	if !t.there {
		return fmt.Errorf("there are no tables for sagas in %s; run: %s", where, migrateCommand)
	}
	if err := t.fits(where); err != nil {
		return err
	}
	known, err := newestMigration()
	if err == nil && t.migration < known {
		err = fmt.Errorf("the tables in %s are at migration %d, and this version needs %d; run: %s", where, t.migration, known, migrateCommand)
	}
	return err
}
