package postgres

import (
	"context"
	"log/slog"

	"github.com/jackc/pgx/v5"
)

// Wake implements [message.Waker]: it listens on a connection of its own, beside the pool's, and calls
// wake whenever a transaction that appended has committed while no relay was at work, and after each
// time that the connection was made, because then a word may have been missed. It returns when ctx
// ends. What is logged goes to slog.Default().
func (q *Queue) Wake(ctx context.Context, wake func()) {
	line{
		pool: q.pool, logger: slog.Default(), name: "outbox's",
		begin: func(ctx context.Context, conn *pgx.Conn) error {
			var channel string
			err := conn.QueryRow(ctx, `select 'saga_outbox_' || 'saga_outbox'::regclass::oid`).Scan(&channel)
			if err == nil {
				_, err = conn.Exec(ctx, "listen "+pgx.Identifier{channel}.Sanitize())
			}
			if err == nil {
				wake()
			}
			return wrapLocal(err, "listen")
		},
		note: wake,
		tick: func(context.Context) {},
	}.keep(ctx, nil)
}
