package postgres_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/seosa-dev/saga/conformance"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

func TestMail(t *testing.T) {
	conformance.TestMail(t, func(t testing.TB) conformance.Mail { return newMail(t, pgtest.URL(t)) })
}

// mail is a service's database with an outbox, an inbox and a table for effects.
type mail struct {
	pool  *pgxpool.Pool
	queue *postgres.Queue
}

// poolOf connects a service to its database.
func poolOf(t testing.TB, url string) *pgxpool.Pool {
	t.Helper()
	conf, err := pgxpool.ParseConfig(url)
	must(t, err)
	conf.MaxConns = 10
	conf.ConnConfig.RuntimeParams["application_name"] = t.Name() // to be found among others
	pool, err := pgxpool.NewWithConfig(t.Context(), conf)
	must(t, err)
	t.Cleanup(pool.Close)
	return pool
}

func newMail(t testing.TB, url string) *mail {
	t.Helper()
	pool := poolOf(t, url)
	must(t, postgres.Prepare(t.Context(), pool))
	_, err := pool.Exec(t.Context(), `create table if not exists effect
		(num bigint generated always as identity, consumer text, key text, data text)`)
	must(t, err)
	return &mail{pool, postgres.NewQueue(pool)}
}

func (m *mail) Outbox() conformance.Outbox { return m.queue }

func (m *mail) Change(ctx context.Context, fn func(context.Context, conformance.Letters) error) error {
	return pgx.BeginFunc(ctx, m.pool, func(tx pgx.Tx) error { return fn(ctx, postgres.Bind(tx)) })
}

// Consumer has one effect for each message: a row. ask may refuse.
func (m *mail) Consumer(name string, ask func(message.Message) error) message.Handler {
	return postgres.Consumer(m.pool, name, func(ctx context.Context, tx pgx.Tx, p message.Message) error {
		_, err := tx.Exec(ctx, `insert into effect (consumer, key, data) values ($1, $2, $3)`, name, p.Key, string(p.Data))
		if err == nil && ask != nil {
			err = ask(p)
		}
		return err
	})
}

// Effects returns what took effect at a consumer, per key in order.
func (m *mail) Effects(ctx context.Context, consumer string) (map[string][]string, error) {
	rows, err := m.pool.Query(ctx, `select key, data from effect where consumer = $1 order by num`, consumer)
	if err != nil {
		return nil, err
	}
	all := map[string][]string{}
	var key, data string
	_, err = pgx.ForEachRow(rows, []any{&key, &data}, func() error {
		all[key] = append(all[key], data)
		return nil
	})
	return all, err
}
