package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"strings"

	"github.com/seosa-dev/saga"
)

type reader struct{ s *Store }

// readStatements are prepared on whichever reading connection they run on.
type readStatements struct{ keys, nodes, history, count, shapes *sql.Stmt }

func prepareReads(ctx context.Context, db *sql.DB) (*readStatements, error) {
	r := &readStatements{}
	var errs []error
	for query, stmt := range map[string]**sql.Stmt{
		keysSQL: &r.keys, nodesSQL: &r.nodes, historySQL: &r.history, countSQL: &r.count, shapesSQL: &r.shapes,
	} {
		var err error
		*stmt, err = db.PrepareContext(ctx, query) //nolint:sqlclosecheck // lives as long as the store
		errs = append(errs, err)
	}
	return r, errors.Join(errs...)
}

const (
	historySQL = `select id, seq, entries from saga_id cross join saga_history using (num) where id = ? order by seq`
	countSQL   = `select status, count(*) from saga_instance group by status`
)

// The limits that [saga.Filter] documents.
const (
	findDefault = 100
	findMost    = 1000
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

func findQuery(f saga.Filter) (query string, args []any, err error) {
	where := []string{"true"}
	and := func(condition string, arg any) {
		where, args = append(where, condition), append(args, arg)
	}
	list := func(condition string, values any) {
		text, e := json.Marshal(values)
		err = errors.Join(err, e)
		and(condition, string(text))
	}
	order := "started" // by its index
	if len(f.IDs) > 0 {
		list(`num in (select names.num from json_each(?) as ids cross join saga_id as names
			on names.id = ids.value)`, f.IDs)
		order = "+started" // not by its index: the ids are the way in
	}
	if len(f.Statuses) > 0 {
		list("status in (select value from json_each(?))", f.Statuses)
	}
	if f.Definition != "" {
		and("definition = ?", f.Definition)
	}
	if !f.Before.IsZero() {
		and("started < ?", f.Before.UnixMicro())
	}
	limit := findDefault
	if f.Limit > 0 {
		limit = min(f.Limit, findMost)
	}
	return "select " + rowColumns + " from saga_instance where " + strings.Join(where, " and ") +
		" order by " + order + " desc, num desc limit ?", append(args, limit), err
}

// History implements [saga.Reader].
func (r reader) History(ctx context.Context, id string) ([]saga.Chunk, error) {
	rows, err := r.s.r.history.QueryContext(ctx, id)
	chunks, err := collect(rows, err, func(rows *sql.Rows) (c saga.Chunk, err error) {
		return c, rows.Scan(&c.ID, &c.Seq, &c.Entries)
	})
	return chunks, wrap(err, "history")
}

// Count implements [saga.Reader].
func (r reader) Count(ctx context.Context) (map[saga.Status]int, error) {
	counts := map[saga.Status]int{}
	rows, err := r.s.r.count.QueryContext(ctx)
	_, err = collect(rows, err, func(rows *sql.Rows) (none struct{}, err error) {
		var status saga.Status
		var n int
		err = rows.Scan(&status, &n)
		counts[status] = n
		return none, err
	})
	if err != nil {
		return nil, wrap(err, "count")
	}
	return counts, nil
}
