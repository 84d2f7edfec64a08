package postgres

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
)

// The newest row is named by its number and not by an order: should it be trimmed while this waits
// for it, nothing is written, and not a seal after an older row.
const sealSQL = `with newest as materialized (
		select pos from saga_journal
		where node = $1 and kind < 2 and pos = (select max(pos) from saga_journal where node = $1)
		for key share
	), put as (
		insert into saga_journal (node, pos, kind) select $1, pos + 1, 2 from newest returning 1
	)
	select (select count(*) from put),
		coalesce((select kind from saga_journal where node = $1 order by pos desc limit 1), -1)`

// Seal implements [saga.Journal].
func (j journal) Seal(ctx context.Context, node string) error {
	return j.s.write(ctx, "seal", func(ctx context.Context) error {
		for {
			done, err := j.seal(ctx, node)
			if done || err != nil {
				return err
			}
		}
	})
}

// seal reports whether the journal has an end. It has none if an append took the place, or a
// checkpoint the row before it, while this was under way.
func (j journal) seal(ctx context.Context, node string) (bool, error) {
	var put, kind int
	err := j.s.appends.QueryRow(ctx, sealSQL, node).Scan(&put, &kind)
	switch {
	case code(err) == uniqueViolation:
		return false, nil
	case err != nil:
		return false, err
	case kind < 0:
		return false, fmt.Errorf("%w: no node %s", saga.ErrNotFound, node)
	}
	return put == 1 || kind >= int(saga.Sealed), nil
}
