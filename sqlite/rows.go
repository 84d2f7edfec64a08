package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// instanceColumns are rowColumns of the table that a join calls i.
const instanceColumns = `i.id, i.definition, i.version, i.status, i.live, i.owner, i.former, i.due, i.started, i.updated, i.since, i.reason, i.step, i.data`

const rowColumns = `id, definition, version, status, live, owner, former, due, started, updated, since, reason, step, data`

// rowArgs appends a row's columns in the order of rowColumns.
func rowArgs(args []any, r *saga.Row) []any {
	return append(args, r.ID, r.Definition, r.Version, string(r.Status), r.Live, r.Owner, r.Former,
		micros(r.Due), r.Started.UnixMicro(), r.Updated.UnixMicro(),
		r.Since.UnixMicro(), string(r.Reason), r.Step, bytes(r.Data))
}

// scanRow reads the columns before, then those of rowColumns.
func scanRow(rows *sql.Rows, before ...any) (r saga.Row, err error) {
	var due sql.NullInt64
	var started, updated, since int64
	err = rows.Scan(append(before, &r.ID, &r.Definition, &r.Version, &r.Status, &r.Live, &r.Owner, &r.Former,
		&due, &started, &updated, &since, &r.Reason, &r.Step, &r.Data)...)
	if due.Valid {
		r.Due = time.UnixMicro(due.Int64).UTC()
	}
	r.Started, r.Updated = time.UnixMicro(started).UTC(), time.UnixMicro(updated).UTC()
	r.Since = time.UnixMicro(since).UTC()
	return r, err
}

// micros is a time as it is stored, null if zero: what is never due is before nothing.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// bytes makes nil an empty value: a nil slice would be stored as null.
func bytes(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// collect reads all rows of a query and closes it.
func collect[T any](rows *sql.Rows, err error, scan func(*sql.Rows) (T, error)) ([]T, error) {
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var all []T
	for rows.Next() {
		one, err := scan(rows)
		if err != nil {
			return nil, err
		}
		all = append(all, one)
	}
	return all, errors.Join(rows.Err(), rows.Close())
}

// wrap says which method failed.
func wrap(err error, method string) error {
	if err == nil {
		return nil
	}
	if strings.Contains(err.Error(), "no such table: saga_") {
		return fmt.Errorf("sqlite: %s: the tables are not there; call Prepare on the database first, or open it with OpenDatabase: %w", method, err)
	}
	return fmt.Errorf("sqlite: %s: %w", method, err)
}
