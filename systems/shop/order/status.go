package order

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
)

// standing is the row of OrderRetryStatus; its Status is empty if the number was not used yet.
type standing struct {
	ID      int64
	Owner   string
	Status  OrderRetryStatus
	Attempt int
	Lines   []Line
	Refusal *Refusal
	Since   time.Time
}

const standingColumns = `n.id, n.owner, coalesce(r.status, ''), coalesce(r.attempt, 0), coalesce(r.lines, '[]'),
	coalesce(r.refusal_code, ''), coalesce(r.refusal_item, ''), coalesce(r.refusal_detail, ''), coalesce(r.since, n.issued_at)`

// standing reads where an order stands. The error matches ErrNotFound if the number was never given
// out, and ErrForeign if it was given to somebody else.
func (s *store) standing(ctx context.Context, owner string, id int64) (standing, error) {
	row, err := scanStanding(s.Read.QueryRowContext(ctx, `select `+standingColumns+`
		from order_number n left join order_retry_status r on r.order_id = n.id where n.id = ?`, id))
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return standing{}, ErrNotFound
	case err != nil:
		return standing{}, fmt.Errorf("order: read where order %d stands: %w", id, err)
	case row.Owner != owner:
		return standing{}, ErrForeign
	}
	return row, nil
}

const standingsSQL = `select ` + standingColumns + `
	from order_number n join order_retry_status r on r.order_id = n.id where (?1 = '' or n.owner = ?1)`

// standings reads orders of one owner, or of all if it is "", the highest number first: those that
// are not settled, however old, and as many of the latest as there is room for.
func (s *store) standings(ctx context.Context, owner string, limit int) ([]standing, error) {
	rows, err := s.Read.QueryContext(ctx,
		standingsSQL+` and r.status in ('Unprocessed', 'Unknown') order by n.id desc limit ?2`, owner, limit)
	all, err := collectStandings(rows, err)
	if err != nil {
		return nil, err
	}
	rows, err = s.Read.QueryContext(ctx, standingsSQL+` order by n.id desc limit ?2`, owner, limit)
	latest, err := collectStandings(rows, err)
	for _, row := range latest {
		known := slices.ContainsFunc(all, func(o standing) bool { return o.ID == row.ID })
		if !known && len(all) < limit {
			all = append(all, row)
		}
	}
	slices.SortFunc(all, func(a, b standing) int { return cmp.Compare(b.ID, a.ID) })
	return all, err
}

// unprocessedOrders reads the attempts that are under way, as far as this table knows.
func (s *store) unprocessedOrders(ctx context.Context) ([]standing, error) {
	rows, err := s.Read.QueryContext(ctx, `select `+standingColumns+`
		from order_retry_status r join order_number n on n.id = r.order_id where r.status = 'Unprocessed'`)
	return collectStandings(rows, err)
}

func collectStandings(rows *sql.Rows, err error) ([]standing, error) {
	if err != nil {
		return nil, fmt.Errorf("order: read where orders stand: %w", err)
	}
	defer func() { _ = rows.Close() }()
	var all []standing
	for rows.Next() {
		row, err := scanStanding(rows)
		if err != nil {
			return nil, fmt.Errorf("order: read where orders stand: %w", err)
		}
		all = append(all, row)
	}
	return all, rows.Err()
}

func scanStanding(row interface{ Scan(into ...any) error }) (s standing, err error) {
	var why Refusal
	var lines, since string
	err = row.Scan(&s.ID, &s.Owner, &s.Status, &s.Attempt, &lines, &why.Code, &why.Item, &why.Detail, &since)
	if err != nil {
		return s, err
	}
	if why.Code != "" {
		s.Refusal = &why
	}
	if s.Since, err = time.Parse(time.RFC3339Nano, since); err != nil {
		return s, err
	}
	return s, json.Unmarshal([]byte(lines), &s.Lines)
}

// unprocessed records that an attempt is under way, before anything else is done for it. A repeat
// changes nothing, and neither does one that comes after the end.
func (s *store) unprocessed(ctx context.Context, o Order) error {
	lines, err := json.Marshal(o.Lines)
	if err != nil {
		return err
	}
	return s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `
			insert into order_retry_status as r (order_id, status, attempt, lines, since)
			values (?, 'Unprocessed', ?, ?, ?)
			on conflict (order_id) do update set status = 'Unprocessed', attempt = excluded.attempt,
				since = excluded.since, refusal_code = '', refusal_item = '', refusal_detail = ''
			where r.status = 'Fail' and r.attempt < excluded.attempt`,
			o.ID, o.Attempt, string(lines), timestamp(time.Now()))
		return err
	})
}

// fail records that an attempt failed and, in the same transaction, the message that undoes what it
// took. A repeat changes nothing and sends nothing.
func (s *store) fail(ctx context.Context, o Order, undo *message.Message) error {
	var why Refusal
	if o.Refusal != nil {
		why = *o.Refusal
	}
	return s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		changed, err := s.settle(ctx, tx, o, Fail, why)
		if err != nil || !changed || undo == nil {
			return err
		}
		return sqlite.Bind(tx).Append(ctx, *undo)
	})
}

// unknown records that nobody knows how an attempt stands, unless somebody does by now.
func (s *store) unknown(ctx context.Context, id int64, attempt int) error {
	return s.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `update order_retry_status set status = 'Unknown', since = ?
			where order_id = ? and attempt = ? and status = 'Unprocessed'`, timestamp(time.Now()), id, attempt)
		return err
	})
}

// settle moves an open attempt to its end; false says that it has ended before.
func (s *store) settle(ctx context.Context, tx *sql.Tx, o Order, end OrderRetryStatus, why Refusal) (bool, error) {
	result, err := tx.ExecContext(ctx, `
		update order_retry_status set status = ?, since = ?, refusal_code = ?, refusal_item = ?, refusal_detail = ?
		where order_id = ? and attempt = ? and status in ('Unprocessed', 'Unknown')`,
		end, timestamp(time.Now()), why.Code, why.Item, why.Detail, o.ID, o.Attempt)
	if err != nil {
		return false, fmt.Errorf("order: settle order %d: %w", o.ID, err)
	}
	n, err := result.RowsAffected()
	return n == 1, err
}
