package postgres_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// Local steps and their saga, in one database: forward, and back.
func TestASagaOfLocalSteps(t *testing.T) {
	o := newOffice(t)
	must(t, postgres.Prepare(t.Context(), o.pool))
	step := func(query string) saga.Func[Refund] {
		return postgres.Func(o.pool, func(ctx context.Context, tx pgx.Tx, r *Refund, a saga.Attempt) error {
			r.Said += "+" + a.Key.Step
			_, err := tx.Exec(ctx, query, r.Order)
			if err != nil && strings.Contains(err.Error(), "23505") { // the server accepts nothing more until it is taken back
				return fmt.Errorf("%w: %w", saga.Refused, err)
			}
			return err
		})
	}
	d := saga.Definition[Refund]{Name: "local", Version: 1, Steps: []saga.Step[Refund]{
		{Name: "first", Action: step(`insert into orders values ('first ' || $1)`), Compensation: step(`delete from orders where id = 'first ' || $1`), Replayable: true},
		{Name: "second", Kind: saga.Pivot, Action: step(`insert into orders values ('second ' || $1)`), Replayable: true},
	}}
	engine := o.run(t, d)
	exec(t, o.url, `insert into orders values ('second taken')`)
	for id, want := range map[string]string{"free": "+first+second", "taken": "+first+second+first"} {
		must(t, pgx.BeginFunc(t.Context(), o.pool, func(tx pgx.Tx) error {
			_, err := d.Start(t.Context(), postgres.Bind(tx), id, Refund{Order: id})
			return err
		}))
		r, err := d.Wait(t.Context(), engine, id)
		if (id == "free") != (err == nil) || r.Said != want {
			t.Errorf("%s: %+v, error %v", id, r, err)
		}
	}
	if n := ask[int](t, admin(t, o.url), `select count(*) from orders`); n != 3 {
		t.Errorf("%d orders are left, want two of one saga, and the one before", n)
	}
}
