package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"slices"
	"strings"

	"github.com/seosa-dev/saga"
)

// The limits that [saga.Filter] documents.
const (
	findDefault = 100
	findMost    = 1000
)

const (
	idsSQL = `num in (select names.num from json_each(?) as ids cross join saga_id as names on names.id = ids.value)`
	// SQLite's lower knows ASCII only, which is what is asked for. As blobs, the two are compared
	// byte by byte: data may be no text.
	textSQL = `(instr(cast(lower(id) as blob), cast(lower(?) as blob)) > 0
		or instr(cast(lower(cast(data as text)) as blob), cast(lower(?) as blob)) > 0)`
	afterSQL = `(started, num) < (select started, num from saga_instance
		where num = (select num from saga_id where id = ?))`
	latestFirst = ` order by started desc, num desc limit ?`
)

// Find implements [saga.Reader].
func (r reader) Find(ctx context.Context, f saga.Filter) ([]saga.Row, error) {
	query, args, err := findQuery(f)
	if err != nil {
		return nil, wrap(err, "find")
	}
	rows, err := r.s.reads.QueryContext(ctx, query, args...)
	found, err := collect(rows, err, func(rows *sql.Rows) (saga.Row, error) { return scanRow(rows) })
	return found, wrap(err, "find")
}

// conditions is what a WHERE says, and the values that it mentions.
type conditions struct {
	sql  []string
	args []any
}

func (c conditions) and(condition string, args ...any) conditions {
	return conditions{append(slices.Clip(c.sql), condition), append(slices.Clip(c.args), args...)}
}

// findQuery makes a list for each status that is asked for and merges them: an index has each in
// order, so that none reads on beyond the limit. One condition for several statuses would have to
// read and sort all that they have.
func findQuery(f saga.Filter) (query string, args []any, err error) {
	limit := findDefault
	if f.Limit > 0 {
		limit = min(f.Limit, findMost)
	}
	lists, err := findLists(f)
	if err != nil {
		return "", nil, err
	}
	var parts []string
	for _, list := range lists {
		parts = append(parts, "select * from (select num, "+rowColumns+" from saga_instance where "+
			strings.Join(list.sql, " and ")+latestFirst+")")
		args = append(append(args, list.args...), limit)
	}
	return "select " + rowColumns + " from (" + strings.Join(parts, " union all ") + ")" + latestFirst,
		append(args, limit), nil
}

func findLists(f saga.Filter) ([]conditions, error) {
	where := findWhere(f)
	if len(f.IDs) > 0 {
		return findAmong(f, where)
	}
	if len(f.Statuses) == 0 {
		return []conditions{where}, nil
	}
	statuses := slices.Clone(f.Statuses)
	slices.Sort(statuses)
	var lists []conditions
	for _, s := range slices.Compact(statuses) {
		lists = append(lists, where.and("status = ?", string(s)))
	}
	return lists, nil
}

// findAmong goes in by the ids and by nothing else: the plus signs keep the indexes out.
func findAmong(f saga.Filter, where conditions) ([]conditions, error) {
	list, err := json.Marshal(f.IDs)
	if err != nil {
		return nil, err
	}
	where = where.and(idsSQL, string(list))
	if len(f.Statuses) > 0 {
		if list, err = json.Marshal(f.Statuses); err != nil {
			return nil, err
		}
		where = where.and("+status in (select value from json_each(?))", string(list))
	}
	return []conditions{where}, nil
}

// findWhere is all of a filter but ids and statuses.
func findWhere(f saga.Filter) conditions {
	where := conditions{}.and("true")
	for _, c := range []struct{ column, value string }{
		{"definition", f.Definition}, {"reason", string(f.Reason)}, {"step", f.Step},
	} {
		if c.value != "" {
			where = where.and(c.column+" = ?", c.value)
		}
	}
	if f.Text != "" {
		where = where.and(textSQL, f.Text, f.Text)
	}
	if !f.Stood.IsZero() {
		where = where.and("since <= ?", f.Stood.UnixMicro())
	}
	if !f.Before.IsZero() {
		where = where.and("started < ?", f.Before.UnixMicro())
	}
	if f.After != "" {
		where = where.and(afterSQL, f.After)
	}
	return where
}
