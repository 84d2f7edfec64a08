package line

import (
	"context"
	"database/sql"
	"fmt"
	"slices"
	"time"
)

// waits is who may be let in: ?1 is the concert, ?2 now. The plus keeps SQLite from the index by time, with which
// it would sort all who wait at each admission.
const waits = ` from queue_token where concert = ?1 and status = 'WAITING' and +waiting_until > ?2 order by seq limit ?3`

// Admit is [Line.Admit].
func (b Book) Admit(ctx context.Context, tx *sql.Tx, concert int64, rule Rule, now time.Time) ([]Place, error) {
	if err := sweep(ctx, tx, concert, now); err != nil {
		return nil, err
	}
	room, err := room(ctx, tx, concert, rule, now)
	if err != nil {
		return nil, err
	}
	tokens, err := several(ctx, tx, `update queue_token set status = 'ACTIVE', active_until = ?4, admitted_at = ?2, version = version + 1
		where seq in (select seq`+waits+`) returning `+columns, concert, now.UnixMilli(), room, b.activeUntil(now))
	return places(tokens, now), err
}

// room is how many may be let in as the book has it.
func room(ctx context.Context, q querier, concert int64, rule Rule, now time.Time) (int64, error) {
	live, err := count(ctx, q, `select count(*) from queue_token where concert = ? and status = 'ACTIVE' and active_until > ?`, concert, now.UnixMilli())
	if err != nil || rule.every() == 0 {
		return rule.room(live, 0), err
	}
	recent, err := admittedWithin(ctx, q, concert, rule.every(), now)
	return rule.room(live, recent), err
}

// places are in the order of arrival.
func places(tokens []*token, now time.Time) []Place {
	all := make([]Place, len(tokens))
	for i, t := range tokens {
		all[i] = t.place(now)
	}
	slices.SortFunc(all, func(x, y Place) int { return int(x.Seq - y.Seq) })
	return all
}

// admittedWithin counts also who was let in by as much after now, for the clocks of instances differ. What is
// still later was written by a clock that was wrong.
func admittedWithin(ctx context.Context, q querier, concert int64, d time.Duration, now time.Time) (int64, error) {
	return count(ctx, q, `select count(*) from queue_token where concert = ? and admitted_at > 0 and admitted_at > ? and admitted_at <= ?`,
		concert, now.Add(-d).UnixMilli(), now.Add(d).UnixMilli())
}

// over are the tokens of a concert whose time is over and whose status does not say so yet.
const over = ` from (
	select seq from (select seq from queue_token where concert = ?1 and status = 'WAITING' and waiting_until <= ?2 limit ?3)
	union all
	select seq from (select seq from queue_token where concert = ?1 and status = 'ACTIVE' and active_until <= ?2 limit ?3))`

func sweep(ctx context.Context, tx *sql.Tx, concert int64, now time.Time) error {
	if _, err := tx.ExecContext(ctx, `update queue_token set status = 'EXPIRED', restored = 0, version = version + 1 where seq in (select seq`+over+`)`,
		concert, now.UnixMilli(), atOnce); err != nil {
		return fmt.Errorf("line: sweep: %w", err)
	}
	return nil
}

// Count is [Line.Count].
func (b Book) Count(ctx context.Context, tx *sql.Tx, concert int64, now time.Time) (Counts, error) {
	return counted(ctx, tx, concert, now)
}

func counted(ctx context.Context, q querier, concert int64, now time.Time) (c Counts, err error) {
	if c.Waiting, err = count(ctx, q, `select coalesce(sum(waiting), 0) from queue_block where concert = ? and level = 3`, concert); err != nil {
		return c, err
	}
	active := func(restored int) (int64, error) {
		return count(ctx, q, `select count(*) from queue_token where concert = ? and status = 'ACTIVE' and active_until > ? and restored = ?`,
			concert, now.UnixMilli(), restored)
	}
	if c.Active, err = active(0); err != nil {
		return c, err
	}
	if c.Restored, err = active(1); err != nil {
		return c, err
	}
	c.Admitted, err = admittedWithin(ctx, q, concert, lately, now)
	return c, err
}
