package postgres

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

type instances struct{ s *Store }

// Rows are taken where they are locked: a row that somebody else has locked is somebody else's, and
// one that changed since the statement began is looked at again before it is locked. That an owner
// is drained is true for ever, so it may be as old as the statement.
const (
	// Once for each owner that there is, and not for each row.
	deadSQL = `with recursive owners (owner) as (
		(select owner from saga_instance where live and owner is not null order by owner limit 1)
		union all
		select (select i.owner from saga_instance as i
			where i.live and i.owner is not null and i.owner > o.owner order by i.owner limit 1)
		from owners as o where o.owner is not null
	), dead as materialized (
		select n.node from owners as o join saga_node as n on n.node = o.owner where n.drained
	)`

	takeSQL = `, taken as (
		update saga_instance as i set owner = $1, former = case when i.owner = $1 then i.former else i.owner end
		from picked as p where i.id = p.id returning i.id
	)`

	// One row comes in any case, to say what else there is.
	toldSQL = `
	select exists (select 1 from saga_command where answer is null),
		(select due from saga_instance where live and owner is null and due > $2 order by due limit 1), p.*
	from (values (1)) as one left join (
		select ` + rowColumns + ` from picked join taken using (id)
	) as p on true order by p.due nulls last, p.id`

	// $3 is whether rows that are due are asked for, and $5 whether the node's own are.
	claimDueSQL = deadSQL + `, free as materialized (
		select ` + rowColumns + ` from saga_instance
		where $3::boolean and live and owner is null and due <= $2::timestamptz
		order by due limit $4::bigint for update skip locked
	), abandoned as materialized (
		select i.* from dead as d cross join lateral (
			select ` + rowColumns + ` from saga_instance
			where $3 and live and owner is not null and owner = d.node and due <= $2
			order by due limit $4 for update skip locked
		) as i where not ($5 and d.node = $1)
	), own as materialized (
		select ` + rowColumns + ` from saga_instance
		where $5::boolean and live and owner is not null and owner = $1::text
		order by due limit $4 for update skip locked
	), picked as materialized (
		select * from (table free union all table abandoned union all table own) as found
		order by due nulls last limit $4
	)` + takeSQL + toldSQL

	freeSQL = `i.live and (i.owner is null
		or exists (select 1 from saga_node as n where n.node = i.owner and n.drained))`

	claimIDsSQL = `with picked as materialized (
		select ` + rowColumns + ` from saga_instance as i
		where i.id = any($3::text[]) and ($5::boolean and i.live and i.owner = $1::text or ` + freeSQL + `)
		order by i.due limit $4::bigint for update of i skip locked
	)` + takeSQL + `
	select exists (select 1 from saga_command where answer is null), null::timestamptz, p.*
	from (values (1)) as one left join (
		select ` + rowColumns + ` from picked join taken using (id)
	) as p on $2::timestamptz is not null order by p.due nulls last, p.id`
)

// Claim implements [saga.Instances]. Mostly no command waits; then it is one statement.
func (in instances) Claim(ctx context.Context, c saga.Claim) (got saga.Claimed, err error) {
	c.Limit = max(c.Limit, 0)
	err = in.s.write(ctx, "claim", func(ctx context.Context) error {
		waiting, err := in.take(ctx, c, &got)
		if err != nil || !waiting {
			return err
		}
		return in.told(ctx, c, &got)
	})
	if err != nil {
		return saga.Claimed{}, err
	}
	return got, nil
}

// take takes what is asked for whatever commands wait, and reports whether any do.
func (in instances) take(ctx context.Context, c saga.Claim, got *saga.Claimed) (waiting bool, err error) {
	query, third := claimDueSQL, any(!c.Wanted)
	if len(c.IDs) > 0 {
		query, third = claimIDsSQL, c.IDs
	}
	// Planned anew each time, with the limit and the time in hand: a plan for any of them would
	// expect a tenth of the table.
	rows, err := in.s.pool.Query(ctx, query, pgx.QueryExecModeCacheDescribe, c.Node, c.Due, third, c.Limit, c.Own)
	if err != nil {
		return false, err
	}
	defer rows.Close()
	var next *time.Time
	for rows.Next() {
		if err := rows.Scan(append([]any{&waiting, &next}, make([]any, rowWidth)...)...); err != nil {
			return false, err
		}
		if rows.RawValues()[2] == nil {
			break // nothing was taken
		}
		row, err := scanRow(rows, 2)
		if err != nil {
			return false, err
		}
		got.Rows = append(got.Rows, row)
	}
	rows.Close()
	// If rows may have been left that are due by now, the next to fall due says nothing.
	if next != nil && !c.Wanted && len(got.Rows) < c.Limit {
		got.Next = next.UTC()
	}
	return waiting, rows.Err()
}

// rowWidth is how many columns rowColumns are.
const rowWidth = 14

func dueFirst(rows []saga.Row) {
	slices.SortStableFunc(rows, func(a, b saga.Row) int {
		switch {
		case a.Due.IsZero() == b.Due.IsZero():
			return cmp.Or(a.Due.Compare(b.Due), cmp.Compare(a.ID, b.ID))
		case a.Due.IsZero(): // never
			return 1
		}
		return -1
	})
}
