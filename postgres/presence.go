package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// appear takes this process's advisory lock on a connection of its own and holds it until Close.
// Who finds the lock free knows that the process has lost touch with the server or ended; the lock
// itself forbids nothing.
func (s *Store) appear(ctx context.Context) error {
	made := time.Now()
	l := line{
		pool: s.pool, logger: s.logger, name: "presence",
		begin: func(ctx context.Context, conn *pgx.Conn) error {
			_, err := conn.Exec(ctx, `select pg_advisory_lock($1)`, s.holder)
			return err
		},
		note: func() {},
		tick: func(ctx context.Context) {
			if time.Since(made) < time.Hour {
				return
			}
			made = time.Now()
			if err := s.limited(ctx, s.addMonths); err != nil && ctx.Err() == nil {
				s.warnMonths(err)
			}
		},
		end: `select pg_advisory_unlock_all()`,
	}
	conn, err := l.start(ctx)
	if err != nil {
		return err
	}
	s.lines.Go(func() { l.keep(s.ended, conn) })
	return nil
}
