package postgres

import (
	"cmp"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const (
	claimWantedSQL = `with picked as materialized (
		select ` + rowColumns + ` from saga_instance as i
		where i.id in (select c.instance from saga_command as c where c.answer is null)
			and i.id <> all($2::text[]) and ` + freeSQL + `
		limit $3 for update of i skip locked
	)` + takeSQL + `
	select ` + rowColumns + ` from picked join taken using (id)`

	tellRowsSQL = `select id, instance, sent, data, false from saga_command
		where instance = any($1::text[]) and answer is null`
	// In order, from the place where the page begins, for no longer than the page.
	tellOthersSQL = `select c.id, c.instance, c.sent, c.data, not i.live
		from saga_command as c join saga_instance as i on i.id = c.instance
		where c.answer is null and (c.sent, c.id) > ($2::timestamptz, $3::text)
			and (not i.live or i.owner = $1) and i.id <> all($4::text[])
		order by c.sent, c.id limit $5`
)

// told takes rows for which a command waits, if there is room left, and fills in the commands of a
// claim: all those of its rows, and a page of the others that the node is told.
func (in instances) told(ctx context.Context, c saga.Claim, got *saga.Claimed) error {
	if len(c.IDs) == 0 && len(got.Rows) < c.Limit {
		if err := in.takeWanted(ctx, c, got); err != nil {
			return err
		}
	}
	ids := idsOf(got.Rows)
	var both pgx.Batch
	both.Queue(tellRowsSQL, ids).Query(collectCommands(&got.Commands))
	var others []saga.Command
	if len(c.IDs) == 0 {
		both.Queue(tellOthersSQL, c.Node, c.After.Sent, c.After.ID, ids, c.Limit+1).Query(collectCommands(&others))
	}
	if err := in.s.pool.SendBatch(ctx, &both).Close(); err != nil {
		return err
	}
	got.More = len(others) > c.Limit
	got.Commands = append(got.Commands, others[:min(len(others), c.Limit)]...)
	slices.SortFunc(got.Commands, func(a, b saga.Command) int {
		return cmp.Or(a.Sent.Compare(b.Sent), cmp.Compare(a.ID, b.ID))
	})
	return nil
}

func (in instances) takeWanted(ctx context.Context, c saga.Claim, got *saga.Claimed) error {
	rows, err := in.s.pool.Query(ctx, claimWantedSQL, pgx.QueryExecModeCacheDescribe,
		c.Node, idsOf(got.Rows), c.Limit-len(got.Rows))
	if err != nil {
		return err
	}
	wanted, err := pgx.CollectRows(rows, collectRow)
	got.Rows = append(got.Rows, wanted...)
	dueFirst(got.Rows)
	return err
}

func collectCommands(into *[]saga.Command) func(rows pgx.Rows) error {
	return func(rows pgx.Rows) (err error) {
		*into, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c saga.Command, err error) {
			err = row.Scan(&c.ID, &c.Instance, &c.Sent, &c.Data, &c.Ended)
			c.Sent = c.Sent.UTC()
			return c, err
		})
		return err
	}
}

func idsOf(rows []saga.Row) []string {
	ids := make([]string, len(rows)) // and not nil, which would be null
	for i := range rows {
		ids[i] = rows[i].ID
	}
	return ids
}
