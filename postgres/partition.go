package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// monthsAhead is how many months have a partition: this one and those after it.
const monthsAhead = 3

const (
	// A month that has rows in the default partition already stays there: to move them, everybody
	// would have to wait.
	monthMissingSQL = `select to_regclass(quote_ident(current_schema()) || '.' || quote_ident($1)) is null
		and not exists (select 1 from saga_history_default where at >= $2 and at < $3)`
	monthLockSQL = `select pg_advisory_xact_lock(hashtextextended('saga_history ' || current_schema(), 0))`
	// Attached and not created as a part, because that stops nobody who writes.
	monthSQL = `create table %[1]s (like saga_history including all);
		alter table saga_history attach partition %[1]s for values from ('%[2]s') to ('%[3]s')`
)

func (s *Store) addMonths(ctx context.Context) error {
	conn, err := s.pool.Acquire(ctx)
	if err != nil {
		return err
	}
	defer conn.Release()
	return addMonths(ctx, conn.Conn())
}

func (s *Store) warnMonths(err error) {
	s.logger.Warn("postgres: the next months' partitions of saga_history could not be made; until then history goes to saga_history_default, which loses nothing. Run: "+migrateCommand, "error", err)
}

// addMonths makes the partitions that are missing. The months are those of the server's clock.
func addMonths(ctx context.Context, conn *pgx.Conn) error {
	var now time.Time
	if err := conn.QueryRow(ctx, `select now()`).Scan(&now); err != nil {
		return err
	}
	now = now.UTC()
	for i := range monthsAhead {
		month := time.Date(now.Year(), now.Month()+time.Month(i), 1, 0, 0, 0, 0, time.UTC)
		if err := addMonth(ctx, conn, month); err != nil && code(err) != checkViolation {
			return err
		}
	}
	return nil
}

// addMonth looks before it takes the lock, since mostly nothing is missing.
func addMonth(ctx context.Context, conn *pgx.Conn, month time.Time) error {
	name, end := "saga_history_"+month.Format("2006_01"), month.AddDate(0, 1, 0)
	missing := func(db querier) (missing bool, err error) {
		err = db.QueryRow(ctx, monthMissingSQL, name, month, end).Scan(&missing)
		return missing, err
	}
	if is, err := missing(conn); err != nil || !is {
		return err
	}
	return pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		// Whoever writes must not queue behind this for long.
		if _, err := tx.Exec(ctx, `set local lock_timeout = '2s'`); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, monthLockSQL); err != nil {
			return err
		}
		if is, err := missing(tx); err != nil || !is {
			return err
		}
		const at = "2006-01-02 15:04:05-07"
		_, err := tx.Exec(ctx, fmt.Sprintf(monthSQL, name, month.Format(at), end.Format(at)), pgx.QueryExecModeSimpleProtocol)
		return err
	})
}
