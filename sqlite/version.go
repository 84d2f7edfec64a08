package sqlite

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
)

// format is the number in saga_format that this version writes and the only one it reads.
const format = 1

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

// checkVersion wants exactly the tables that this version makes, and only reads to find out.
func checkVersion(ctx context.Context, db *sql.DB) error {
	there, err := hasMigrations(ctx, db)
	if err != nil {
		return err
	}
	if !there {
		return errors.New("there are no sagas in this database; check the name, or start the engine on it once")
	}
	newest, err := newestMigration()
	if err != nil {
		return err
	}
	have, err := newestApplied(ctx, db)
	switch {
	case err != nil:
		return err
	case have > newest:
		return newer(have, newest)
	case have < newest:
		return fmt.Errorf("the tables are at migration %d, this version needs %d; start the engine of this version once, or use the seosa of the version that wrote them",
			have, newest)
	}
	return checkFormat(ctx, db)
}

func hasMigrations(ctx context.Context, db *sql.DB) (there bool, err error) {
	err = db.QueryRowContext(ctx,
		`select exists (select 1 from sqlite_schema where type = 'table' and name = 'saga_migrations')`).Scan(&there)
	return there, err
}

// newestApplied is the number of the last migration that the tables have seen; 0 if there are none.
func newestApplied(ctx context.Context, db *sql.DB) (have int64, err error) {
	there, err := hasMigrations(ctx, db)
	if err != nil || !there {
		return 0, err
	}
	err = db.QueryRowContext(ctx, `select coalesce(max(version_id), 0) from saga_migrations where is_applied`).Scan(&have)
	return have, err
}

// newestMigration is the number of the last migration that is embedded here.
func newestMigration() (int64, error) {
	all, err := known()
	if err != nil || len(all) == 0 {
		return 0, err
	}
	return all[len(all)-1].Version, nil
}
