package sqlite

import (
	"context"
	"database/sql"
	"errors"

	"github.com/seosa-dev/saga"
)

type reader struct{ s *Store }

// readStatements are prepared on whichever reading connection they run on.
type readStatements struct{ keys, answers, nodes, history, count, shapes *sql.Stmt }

func prepareReads(ctx context.Context, db *sql.DB) (*readStatements, error) {
	r := &readStatements{}
	var errs []error
	for query, stmt := range map[string]**sql.Stmt{
		keysSQL: &r.keys, answersSQL: &r.answers, nodesSQL: &r.nodes, historySQL: &r.history, countSQL: &r.count, shapesSQL: &r.shapes,
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
