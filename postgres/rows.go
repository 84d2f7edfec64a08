package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const rowColumns = `id, definition, version, status, live, owner, former, due, started, updated, since, reason, step, data`

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

// common is what many rows of a checkpoint have in common.
type common struct {
	definition, status, owner, former, reason, step string
	version                                         int
	live                                            bool
}

// columns are rows but for their data as arrays, which a statement takes whatever their number. What
// rows have in common stands once, and kinds are its places there, from 1.
type columns struct {
	ids                                                    []string
	kinds                                                  []int32
	due                                                    []*time.Time
	started, updated, since                                []time.Time
	definitions, statuses, owners, formers, reasons, steps []string
	versions                                               []int
	live                                                   []bool
}

func columnsOf(rows []saga.Row) (c columns) {
	known := map[common]int32{}
	for i := range rows {
		r := &rows[i]
		k := common{r.Definition, string(r.Status), r.Owner, r.Former, string(r.Reason), r.Step, r.Version, r.Live}
		if known[k] == 0 {
			known[k] = int32(len(known) + 1) //nolint:gosec // no more than rows
			c.add(k)
		}
		c.ids, c.kinds, c.due = append(c.ids, r.ID), append(c.kinds, known[k]), append(c.due, moment(r.Due))
		c.started, c.updated, c.since = append(c.started, r.Started), append(c.updated, r.Updated), append(c.since, r.Since)
	}
	return c
}

func (c *columns) add(k common) {
	c.definitions, c.versions = append(c.definitions, k.definition), append(c.versions, k.version)
	c.statuses, c.live = append(c.statuses, k.status), append(c.live, k.live)
	c.owners, c.formers = append(c.owners, k.owner), append(c.formers, k.former)
	c.reasons, c.steps = append(c.reasons, k.reason), append(c.steps, k.step)
}

func (c *columns) args() []any {
	return []any{c.definitions, c.versions, c.statuses, c.live, c.owners, c.formers, c.reasons, c.steps,
		c.ids, c.kinds, c.due, c.started, c.updated, c.since}
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
