package load

import (
	"context"
	"encoding/json"
	"errors"

	"github.com/jackc/pgx/v5"
)

func readNaive(ctx context.Context, c Case, ids []string) (Found, error) {
	return readTables(ctx, c.Address, ids,
		`select status, count(*) from instance group by status`,
		`select id, status, step, state from instance where id = any($1)`)
}

// readTables runs a query for each status and how many there are of it, and one for records.
func readTables(ctx context.Context, url string, ids []string, counts, records string) (f Found, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return f, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	rows, err := conn.Query(ctx, counts)
	if err != nil {
		return f, err
	}
	f.Counts = map[string]int{}
	var status string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&status, &n}, func() error { f.Counts[status] = n; return nil })
	if err != nil {
		return f, err
	}
	if rows, err = conn.Query(ctx, records, ids); err != nil {
		return f, err
	}
	f.Records, err = pgx.CollectRows(rows, pgx.RowToStructByPos[Record])
	return f, err
}

func preloadNaive(ctx context.Context, c Case, n int) error {
	return preloadTable(ctx, c.Address, n, naiveTable, naivePreload, `vacuum analyze instance`)
}

// preloadTable makes a table, fills it with n sagas, and leaves it as autovacuum would.
func preloadTable(ctx context.Context, url string, n int, table, fill, vacuum string) (err error) {
	one, err := openPool(ctx, url, 1, table)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, one.close()) }()
	state, err := json.Marshal(NewOrder(preloaded))
	if err != nil {
		return err
	}
	if _, err := one.exec(ctx, fill, preloaded, string(state), n); err != nil {
		return err
	}
	_, err = one.exec(ctx, vacuum)
	return err
}
