package sqlite_test

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/sqlite"
)

// Payback is the state of the saga.
type Payback struct{ Order string }

// An order is cancelled and its refund started in one transaction: both or neither. The saga's last step
// changes the service's own table, at most once, in a transaction of its own.
func Example_transaction() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	folder, err := os.MkdirTemp("", "shop")
	check(err)
	defer os.RemoveAll(folder)
	path := filepath.Join(folder, "shop.db")
	store, err := sqlite.Open(ctx, path) // the sagas
	check(err)
	defer store.Close()
	db, err := sqlite.OpenDatabase(ctx, path) // the service's own tables, in the same file
	check(err)
	defer db.Close()
	check(db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `create table orders (id text primary key, status text);
			insert into orders values ('7', 'paid'), ('8', 'shipped')`)
		return err
	}))

	refund := saga.Definition[Payback]{Name: "refund", Version: 1, Steps: []saga.Step[Payback]{
		{Name: "pay back", Kind: saga.Pivot, Action: func(_ context.Context, p *Payback, a saga.Attempt) error {
			fmt.Println("pay back order", p.Order, "under", a.Key)
			return nil
		}},
		{Name: "note it", Kind: saga.Retriable, Replayable: true,
			Action: sqlite.Func(db, func(ctx context.Context, tx *sql.Tx, p *Payback, _ saga.Attempt) error {
				_, err := tx.ExecContext(ctx, `update orders set status = 'paid back' where id = ?`, p.Order)
				return err
			})},
	}}
	engine, err := saga.New(store, nil, refund)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()

	cancel := func(order string) error {
		err := db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
			if _, err := refund.Start(ctx, sqlite.Bind(tx), "refund-"+order, Payback{Order: order}); err != nil {
				return err
			}
			done, err := tx.ExecContext(ctx, `update orders set status = 'cancelled' where id = ? and status = 'paid'`, order)
			if err != nil {
				return err
			}
			if n, err := done.RowsAffected(); err != nil || n == 0 {
				return errors.Join(err, errors.New("only a paid order can be cancelled"))
			}
			return nil
		})
		engine.Wake() // or it is found within a second and a half
		return err
	}
	fmt.Println("cancel 7:", cancel("7"))
	_, err = refund.Wait(ctx, engine, "refund-7")
	fmt.Println("refund-7:", err)
	fmt.Println("cancel 8:", cancel("8"))
	_, err = engine.Get(ctx, "refund-8")
	fmt.Println("refund-8 was never started:", errors.Is(err, saga.ErrNotFound))
	for _, id := range []string{"7", "8"} {
		var status string
		check(db.Read.QueryRowContext(ctx, `select status from orders where id = ?`, id).Scan(&status))
		fmt.Println("order", id, "is", status)
	}
	stop()
	check(<-ended)
	// Unordered output:
	// cancel 7: <nil>
	// pay back order 7 under refund-7/pay back
	// refund-7: <nil>
	// cancel 8: only a paid order can be cancelled
	// refund-8 was never started: true
	// order 7 is paid back
	// order 8 is shipped
}
