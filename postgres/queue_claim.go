package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga/message"
)

// fewest is how many rows are looked at when the last look found rows that wait: those that are
// behind a long row of others of one key are put aside at once.
const fewest = 1000

// A row is the head of its key already, or becomes it if the key has none and no earlier row. Any
// other waits until the one before it has left, and is not looked at before. What was due when the
// statement began and is not any more was settled meanwhile by whoever had it before.
const claimSQL = `with candidate as materialized (
		select place, key, position, due, head, row_number() over (partition by key order by position) as turn
		from (select ctid as place, key, position, due, head from saga_outbox where due <= statement_timestamp() order by due, position limit $1) as c
	), judged as materialized (
		select place, position, due, head or turn = 1
			and not exists (select from saga_outbox as e where e.key = c.key and e.position < c.position)
			and not exists (select from saga_outbox as h where h.key = c.key and h.head) as first
		from candidate as c
	), chosen as materialized (
		select place, due, first, row_number() over (partition by first order by due, position) as nth from judged
	), moved as (
		update saga_outbox as o set head = c.first, due = case when c.first then statement_timestamp() + $3::interval end
		from chosen as c
		where o.ctid = c.place and o.due = c.due and (not c.first or c.nth <= $2)
		returning o.*, c.nth
	), woken as (
		update saga_relay set asleep = '-infinity' where asleep > '-infinity' and exists (select from moved where head)
	)
	select ` + outboxColumns + ` from moved order by not head, nth`

// Claim implements [message.Queue]. An idle one asks one statement, which reads one entry of an index.
func (q *Queue) Claim(ctx context.Context, limit int, hold time.Duration) ([]message.Row, error) {
	var due bool
	err := q.pool.QueryRow(ctx, anyDueSQL).Scan(&due)
	if err == nil && !due {
		err = q.doze(ctx)
	}
	if err != nil || !due {
		return nil, wrapLocal(err, "outbox")
	}
	claimed, err := q.claimDue(ctx, limit, hold)
	if len(claimed) > 0 {
		q.rouse()
	}
	return claimed, err
}

func (q *Queue) claimDue(ctx context.Context, limit int, hold time.Duration) (claimed []message.Row, err error) {
	for look := limit; len(claimed) < limit; look = max(limit, fewest) {
		rows, err := q.claim(ctx, look, limit-len(claimed), hold)
		if err != nil && len(claimed) == 0 {
			return nil, wrapLocal(err, "claim")
		}
		n := len(rows)
		for n > 0 && rows[n-1].Due.IsZero() {
			n-- // it waits
		}
		claimed = append(notAgain(claimed, rows[:n]), rows[:n]...)
		if err != nil || n == len(rows) {
			break
		}
	}
	return claimed, nil
}

// notAgain is what was claimed but for what was claimed once more, because its claim had run out.
func notAgain(claimed, again []message.Row) []message.Row {
	if len(claimed) == 0 {
		return nil
	}
	return slices.DeleteFunc(claimed, func(r message.Row) bool {
		return slices.ContainsFunc(again, func(a message.Row) bool { return a.Position == r.Position })
	})
}

func (q *Queue) claim(ctx context.Context, look, limit int, hold time.Duration) (rows []message.Row, err error) {
	b := &pgx.Batch{}
	b.Queue(aloneSQL)
	b.Queue(claimSQL, look, limit, hold).Query(func(r pgx.Rows) (err error) {
		rows, err = pgx.CollectRows(r, scanOutbox)
		return err
	})
	if err := q.transaction(ctx, b); err != nil {
		return nil, err
	}
	return rows, nil
}
