package sqlite

import (
	"context"
	"database/sql"
	"time"

	"github.com/seosa-dev/saga"
)

const sentSQL = `select id, instance, sent, data, answer is not null, answer from saga_command where instance = ? order by sent, id`

// Commands implements [saga.Reader].
func (r reader) Commands(ctx context.Context, instance string) ([]saga.SentCommand, error) {
	rows, err := r.s.reads.QueryContext(ctx, sentSQL, instance)
	sent, err := collect(rows, err, func(rows *sql.Rows) (c saga.SentCommand, err error) {
		var at int64
		err = rows.Scan(&c.Command.ID, &c.Instance, &at, &c.Data, &c.Answered, &c.Answer.Data)
		c.Sent, c.Answer.ID = time.UnixMicro(at).UTC(), c.Command.ID
		return c, err
	})
	return sent, wrap(err, "commands")
}
