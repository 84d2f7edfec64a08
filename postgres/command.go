package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
)

const (
	// In order of ids, so that two who send the same ones do not wait for each other in a circle.
	// Whoever listens is told when the transaction is over.
	insertSQL = `with sent as (
		insert into saga_command (id, instance, sent, data)
		select c.id, c.instance, c.sent, c.data
		from unnest($1::text[], $2::text[], $3::timestamptz[], $4::bytea[]) with ordinality as c (id, instance, sent, data, n)
		order by c.id collate "C", c.n on conflict do nothing
	)`
	sendSQL    = insertSQL + ` select pg_notify($5, '')`
	answersSQL = `select id, answer from saga_command where answer is not null and id = any($1::text[])`
	forgetSQL  = `delete from saga_command where answer is not null and sent < $1`
)

// Send implements [saga.Instances].
func (in instances) Send(ctx context.Context, commands []saga.Command) error {
	return in.s.read(ctx, "send", func(ctx context.Context) error { // a visitor may
		if len(commands) == 0 {
			return nil
		}
		_, err := in.s.pool.Exec(ctx, sendSQL, append(commandArgs(commands), channel(in.s.place.schema))...)
		return err
	})
}

// commandArgs are commands as arrays, for insertSQL.
func commandArgs(commands []saga.Command) []any {
	var ids, of []string
	var sent []time.Time
	var data [][]byte
	for i := range commands {
		c := &commands[i]
		ids, of = append(ids, c.ID), append(of, c.Instance)
		sent, data = append(sent, c.Sent), append(data, bytes(c.Data))
	}
	return []any{ids, of, sent, data}
}

// Answers implements [saga.Instances].
func (in instances) Answers(ctx context.Context, ids []string) (answers []saga.Answer, err error) {
	err = in.s.read(ctx, "answers", func(ctx context.Context) error {
		if len(ids) == 0 {
			return nil
		}
		rows, err := in.s.pool.Query(ctx, answersSQL, ids)
		if err != nil {
			return err
		}
		answers, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (a saga.Answer, err error) {
			return a, row.Scan(&a.ID, &a.Data)
		})
		return err
	})
	return answers, err
}

// Forget implements [saga.Instances].
func (in instances) Forget(ctx context.Context, before time.Time) error {
	return in.s.write(ctx, "forget", func(ctx context.Context) error {
		_, err := in.s.pool.Exec(ctx, forgetSQL, before)
		return err
	})
}
