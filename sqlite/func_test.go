package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// Local steps and their saga, on one file: forward, and back.
func TestASagaOfLocalSteps(t *testing.T) {
	o := newOffice(t)
	step := func(query string) saga.Func[Refund] {
		return sqlite.Func(o.db, func(ctx context.Context, tx *sql.Tx, r *Refund, a saga.Attempt) error {
			r.Said += "+" + a.Key.Step
			_, err := tx.ExecContext(ctx, query, r.Order)
			if err != nil && strings.Contains(err.Error(), "UNIQUE") {
				return fmt.Errorf("%w: %w", saga.Refused, err)
			}
			return err
		})
	}
	d := saga.Definition[Refund]{Name: "local", Version: 1, Steps: []saga.Step[Refund]{
		{Name: "first", Action: step(`insert into orders values ('first ' || ?)`), Compensation: step(`delete from orders where id = 'first ' || ?`), Replayable: true},
		{Name: "second", Kind: saga.Pivot, Action: step(`insert into orders values ('second ' || ?)`), Replayable: true},
	}}
	engine := o.run(t, d)
	must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into orders values ('second taken')`)
		return err
	}))
	for id, want := range map[string]string{"free": "+first+second", "taken": "+first+second+first"} {
		must(t, o.db.Change(t.Context(), func(ctx context.Context, tx *sql.Tx) error {
			_, err := d.Start(ctx, sqlite.Bind(tx), id, Refund{Order: id})
			return err
		}))
		engine.Wake()
		r, err := d.Wait(t.Context(), engine, id)
		if (id == "free") != (err == nil) || r.Said != want {
			t.Errorf("%s: %+v, error %v", id, r, err)
		}
	}
	if n := o.count(t, `select count(*) from orders`); n != 3 {
		t.Errorf("%d orders are left, want two of one saga, and the one before", n)
	}
}
