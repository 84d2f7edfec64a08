package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const (
	flatColumns = `id, definition, version, status, live, owner, former, due, started, updated, since, reason, step`
	rowColumns  = flatColumns + `, data`
)

// scanRow reads the columns of rowColumns, which are the last; it passes over those before.
func scanRow(row pgx.CollectableRow, before int) (r saga.Row, err error) {
	var owner, former *string
	var due *time.Time
	err = row.Scan(append(make([]any, before), &r.ID, &r.Definition, &r.Version, &r.Status, &r.Live,
		&owner, &former, &due, &r.Started, &r.Updated, &r.Since, &r.Reason, &r.Step, &r.Data)...)
	if owner != nil {
		r.Owner = *owner
	}
	if former != nil {
		r.Former = *former
	}
	if due != nil {
		r.Due = due.UTC()
	}
	r.Started, r.Updated, r.Since = r.Started.UTC(), r.Updated.UTC(), r.Since.UTC()
	return r, err
}

func collectRow(row pgx.CollectableRow) (saga.Row, error) { return scanRow(row, 0) }

// columns are rows but for their data as arrays, which a statement takes whatever their number.
type columns struct {
	ids, definitions, statuses, owners, formers, reasons, steps []string
	versions                                                    []int
	live                                                        []bool
	due                                                         []*time.Time
	started, updated, since                                     []time.Time
}

func columnsOf(rows []saga.Row) (c columns) {
	for i := range rows {
		r := &rows[i]
		c.ids, c.definitions = append(c.ids, r.ID), append(c.definitions, r.Definition)
		c.versions, c.statuses = append(c.versions, r.Version), append(c.statuses, string(r.Status))
		c.live, c.owners = append(c.live, r.Live), append(c.owners, r.Owner)
		c.formers, c.due = append(c.formers, r.Former), append(c.due, moment(r.Due))
		c.started, c.updated = append(c.started, r.Started), append(c.updated, r.Updated)
		c.since, c.reasons = append(c.since, r.Since), append(c.reasons, string(r.Reason))
		c.steps = append(c.steps, r.Step)
	}
	return c
}

// args are the columns in the order of flatColumns.
func (c columns) args() []any {
	return []any{c.ids, c.definitions, c.versions, c.statuses, c.live, c.owners, c.formers, c.due, c.started, c.updated,
		c.since, c.reasons, c.steps}
}

// moment is a time as it is stored, null if zero: what is never due is before nothing.
func moment(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// bytes makes nil an empty value: a nil slice would be stored as null.
func bytes(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}
