package main

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// tableNames are those that grow or change much; the history's partitions are added up.
var tableNames = []string{"saga_journal", "saga_key", "saga_instance", "saga_history"}

// table is what a table takes, with indexes and all.
type table struct{ size, dead int64 }

// tables reads sizes, and the dead tuples that the server reckons with.
func tables(ctx context.Context, conn *pgx.Conn) (map[string]table, error) {
	rows, err := conn.Query(ctx, `select case when c.relname like 'saga\_history%' then 'saga_history' else c.relname end,
		sum(pg_total_relation_size(c.oid))::bigint, sum(coalesce(s.n_dead_tup, 0))::bigint
		from pg_class as c left join pg_stat_user_tables as s on s.relid = c.oid
		where c.relkind = 'r' and c.relnamespace = current_schema()::regnamespace group by 1`)
	if err != nil {
		return nil, err
	}
	all := map[string]table{}
	var name string
	var t table
	_, err = pgx.ForEachRow(rows, []any{&name, &t.size, &t.dead}, func() error { all[name] = t; return nil })
	return all, err
}
