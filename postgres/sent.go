package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const sentSQL = `select id, instance, sent, data, answer is not null, answer from saga_command
	where instance = $1 order by sent, id`

// Commands implements [saga.Reader].
func (r reader) Commands(ctx context.Context, instance string) (sent []saga.SentCommand, err error) {
	err = r.s.look(ctx, "commands", func(ctx context.Context) error {
		rows, err := r.s.pool.Query(ctx, sentSQL, instance)
		if err != nil {
			return err
		}
		sent, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (c saga.SentCommand, err error) {
			err = row.Scan(&c.Command.ID, &c.Instance, &c.Sent, &c.Data, &c.Answered, &c.Answer.Data)
			c.Sent, c.Answer.ID = c.Sent.UTC(), c.Command.ID
			return c, err
		})
		return err
	})
	return sent, err
}
