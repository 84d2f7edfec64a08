package postgres

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

// The limits that [saga.Filter] documents.
const (
	findDefault = 100
	findMost    = 1000
)

const (
	// As bytes, since data may be no text. Written with escapes it is ASCII, of which only letters
	// change, and no escape has one.
	textSQL = `(position(%[1]s::bytea in convert_to(lower(id), 'UTF8')) > 0
		or position(%[1]s::bytea in decode(lower(encode(data, 'escape') collate "C"), 'escape')) > 0)`
	afterSQL = `(started <= (select started from saga_instance where id = %[1]s)
		and (started < (select started from saga_instance where id = %[1]s) or id > %[1]s))`
	latestFirst = ` order by started desc, id limit `
)

// Find implements [saga.Reader].
func (r reader) Find(ctx context.Context, f saga.Filter) (found []saga.Row, err error) {
	query, args := findQuery(f)
	err = r.s.look(ctx, "find", func(ctx context.Context) error {
		// Planned anew each time: which index is best depends on the values.
		rows, err := r.s.pool.Query(ctx, query, append([]any{pgx.QueryExecModeCacheDescribe}, args...)...)
		if err != nil {
			return err
		}
		found, err = pgx.CollectRows(rows, collectRow)
		return err
	})
	return found, err
}

// values are what a query mentions; no value is ever a part of its text.
type values []any

func (v *values) add(value any) (name string) {
	*v = append(*v, value)
	return fmt.Sprint("$", len(*v))
}

// findQuery makes a list for each status that is asked for and merges them: an index has each in
// order, so that none reads on beyond the limit. One condition for several statuses would have to
// read and sort all that they have.
func findQuery(f saga.Filter) (string, []any) {
	var v values
	most := findDefault
	if f.Limit > 0 {
		most = min(f.Limit, findMost)
	}
	atMost := v.add(most) + "::bigint"
	where := findWhere(f, &v)
	var lists []string
	for _, condition := range findStatuses(f, &v) {
		lists = append(lists, "(select "+rowColumns+" from saga_instance where "+
			strings.Join(append(slices.Clip(where), condition), " and ")+latestFirst+atMost+")")
	}
	if len(lists) == 1 {
		return lists[0], v
	}
	return "select * from (" + strings.Join(lists, " union all ") + ") as lists" + latestFirst + atMost, v
}

// findStatuses returns a condition for each list. Among ids there is one list, which goes in by them.
func findStatuses(f saga.Filter, v *values) (conditions []string) {
	statuses := make([]string, len(f.Statuses))
	for i := range statuses {
		statuses[i] = string(f.Statuses[i])
	}
	slices.Sort(statuses)
	switch {
	case len(statuses) == 0:
		return []string{"true"}
	case len(f.IDs) > 0:
		return []string{"status = any(" + v.add(statuses) + "::text[])"}
	}
	for _, s := range slices.Compact(statuses) {
		condition := "status = " + v.add(s)
		if s != string(saga.Completed) { // the others have an index
			condition += " and status <> 'completed'"
		}
		conditions = append(conditions, condition)
	}
	return conditions
}

// findWhere is all of a filter but the statuses.
func findWhere(f saga.Filter, v *values) (where []string) {
	for _, c := range []struct{ column, value string }{
		{"definition", f.Definition}, {"reason", string(f.Reason)}, {"step", f.Step},
	} {
		if c.value != "" {
			where = append(where, c.column+" = "+v.add(c.value))
		}
	}
	if len(f.IDs) > 0 {
		where = append(where, "id = any("+v.add(f.IDs)+"::text[])")
	}
	if f.Text != "" {
		where = append(where, fmt.Sprintf(textSQL, v.add(lower(f.Text))))
	}
	if !f.Stood.IsZero() {
		where = append(where, "since <= "+v.add(f.Stood))
	}
	if !f.Before.IsZero() {
		where = append(where, "started < "+v.add(f.Before))
	}
	if f.After != "" {
		where = append(where, fmt.Sprintf(afterSQL, v.add(f.After)))
	}
	return where
}

// lower changes ASCII letters only, byte by byte: the rest may be no text at all.
func lower(s string) []byte {
	b := []byte(s)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return b
}
