package sqlite

import (
	"context"
	"database/sql"
	"encoding/json"
	"time"

	"github.com/seosa-dev/saga"
)

const (
	sendHead = `insert into saga_command (id, instance, sent, data) values `
	sendTail = ` on conflict do nothing`
	// The first answer stays.
	answerSQL  = `update saga_command set answer = ? where id = ? and answer is null`
	answersSQL = `select id, answer from saga_command
		where answer is not null and id in (select value from json_each(?))`
	forgetSQL = `delete from saga_command where answer is not null and sent < ?`
)

// Send implements [saga.Instances].
func (in instances) Send(ctx context.Context, commands []saga.Command) error {
	err := in.s.send(ctx, func(ctx context.Context, w *writer) error {
		return w.transaction(ctx, func() error {
			_, err := w.send.exec(ctx, len(commands), func(args []any, i int) []any {
				c := &commands[i]
				return append(args, c.ID, c.Instance, c.Sent.UnixMicro(), bytes(c.Data))
			})
			if err != nil {
				return err
			}
			return w.hold(ctx, len(commands), func(i int) string { return commands[i].Instance })
		})
	})
	return wrap(err, "send")
}

// Answers implements [saga.Instances].
func (in instances) Answers(ctx context.Context, ids []string) ([]saga.Answer, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, wrap(err, "answers")
	}
	rows, err := in.s.r.answers.QueryContext(ctx, string(list))
	answers, err := collect(rows, err, func(rows *sql.Rows) (a saga.Answer, err error) {
		return a, rows.Scan(&a.ID, &a.Data)
	})
	return answers, wrap(err, "answers")
}

// Forget implements [saga.Instances].
func (in instances) Forget(ctx context.Context, before time.Time) error {
	return in.s.write(ctx, func(ctx context.Context, w *writer) error {
		_, err := w.forget.ExecContext(ctx, before.UnixMicro())
		return wrap(err, "forget")
	})
}

// answer stores what an append says became of commands.
func (w *writer) answer(ctx context.Context, answers []saga.Answer) error {
	for i := range answers {
		if _, err := w.answerOne.ExecContext(ctx, bytes(answers[i].Data), answers[i].ID); err != nil {
			return err
		}
	}
	return nil
}
