package queue

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"time"

	"github.com/seosa-dev/saga/sqlite"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

//go:embed migrations/*.sql
var migrations embed.FS

// Migrate makes the service's tables in a database, or brings them up to date.
func Migrate(ctx context.Context, db *sqlite.DB) error {
	if err := errors.Join(line.Migrate(ctx, db), db.Migrate(ctx, migrations, "queue_migrations")); err != nil {
		return fmt.Errorf("queue: %w", err)
	}
	return nil
}

// The statuses of a concert.
const (
	available   = "AVAILABLE"
	unavailable = "UNAVAILABLE"
)

// querier is what reads need: a transaction, or the pool of reading connections.
type querier interface {
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// concertStatus is empty if nobody has told of the concert.
func concertStatus(ctx context.Context, q querier, concert int64) (status string, err error) {
	err = q.QueryRowContext(ctx, `select status from queue_concert where id = ?`, concert).Scan(&status)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("queue: read concert %d: %w", concert, err)
	}
	return status, nil
}

// tellConcert keeps what happened last: messages about a concert have different keys, and no order.
func tellConcert(ctx context.Context, tx *sql.Tx, concert int64, status string, version int64) error {
	if _, err := tx.ExecContext(ctx, `insert into queue_concert (id, status, version) values (?, ?, ?)
		on conflict (id) do update set status = excluded.status, version = excluded.version where excluded.version > version`,
		concert, status, version); err != nil {
		return fmt.Errorf("queue: write concert %d: %w", concert, err)
	}
	return nil
}

// readRule is the rule that an administrator gave, or otherwise.
func readRule(ctx context.Context, q querier, concert int64, otherwise Rule) (rule Rule, err error) {
	var every int64
	err = q.QueryRowContext(ctx, `select max_active, batch, every_ms from queue_rule where concert = ?`, concert).
		Scan(&rule.Limit, &rule.Batch, &every)
	if errors.Is(err, sql.ErrNoRows) {
		return otherwise, nil
	}
	if err != nil {
		return Rule{}, fmt.Errorf("queue: read rule of %d: %w", concert, err)
	}
	rule.Every = time.Duration(every) * time.Millisecond
	return rule, nil
}

func writeRule(ctx context.Context, tx *sql.Tx, concert int64, rule Rule) error {
	if _, err := tx.ExecContext(ctx, `insert into queue_rule (concert, max_active, batch, every_ms) values (?, ?, ?, ?)
		on conflict (concert) do update set max_active = excluded.max_active, batch = excluded.batch, every_ms = excluded.every_ms`,
		concert, rule.Limit, rule.Batch, rule.Every.Milliseconds()); err != nil {
		return fmt.Errorf("queue: write rule of %d: %w", concert, err)
	}
	return nil
}
