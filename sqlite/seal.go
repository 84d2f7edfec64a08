package sqlite

import (
	"context"
	"fmt"

	"github.com/seosa-dev/saga"
)

const (
	sealSQL = `insert into saga_journal (node, pos, kind, entries, starts)
		select node, pos + 1, 2, x'', x'' from saga_journal
		where node = ?1 and kind in (0, 1) and pos = (select max(pos) from saga_journal where node = ?1)`
	knownSQL = `select exists (select 1 from saga_journal where node = ?)`
)

// Seal implements [saga.Journal].
func (j journal) Seal(ctx context.Context, node string) error {
	return j.s.write(ctx, func(ctx context.Context, w *writer) error {
		n, err := changed(ctx, w.seal, node)
		if err != nil || n == 1 {
			return wrap(err, "seal")
		}
		var known bool
		err = w.known.QueryRowContext(ctx, node).Scan(&known)
		if err == nil && !known {
			err = fmt.Errorf("%w: no node %s", saga.ErrNotFound, node)
		}
		return wrap(err, "seal")
	})
}
