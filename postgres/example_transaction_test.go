package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

// Payback is the state of the saga.
type Payback struct{ Order string }

// An order is cancelled and its refund started in one transaction: both or neither.
func Example_transaction() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	address, drop := orderSchema() // postgres://user@host:5432/database?search_path=schema
	defer drop()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	_, err := postgres.Migrate(ctx, address)
	check(err)
	store, err := postgres.Open(ctx, address, nil) // the sagas
	check(err)
	defer store.Close()
	pool, err := pgxpool.New(ctx, address) // the service's own tables, in the same database
	check(err)
	defer pool.Close()
	_, err = pool.Exec(ctx, `create table orders (id text primary key, status text)`)
	check(err)
	_, err = pool.Exec(ctx, `insert into orders values ('7', 'paid'), ('8', 'shipped')`)
	check(err)

	refund := saga.Definition[Payback]{Name: "refund", Version: 1, Steps: []saga.Step[Payback]{
		{Name: "pay back", Kind: saga.Pivot, Action: func(_ context.Context, p *Payback, a saga.Attempt) error {
			fmt.Println("pay back order", p.Order, "under", a.Key)
			return nil
		}},
	}}
	engine, err := saga.New(store, nil, refund)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()

	cancel := func(order string) error {
		return pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			if _, err := refund.Start(ctx, postgres.Bind(tx), "refund-"+order, Payback{Order: order}); err != nil {
				return err
			}
			done, err := tx.Exec(ctx, `update orders set status = 'cancelled' where id = $1 and status = 'paid'`, order)
			if err == nil && done.RowsAffected() == 0 {
				err = errors.New("only a paid order can be cancelled")
			}
			return err
		})
	}
	fmt.Println("cancel 7:", cancel("7"))
	_, err = refund.Wait(ctx, engine, "refund-7")
	fmt.Println("refund-7:", err)
	fmt.Println("cancel 8:", cancel("8"))
	_, err = engine.Get(ctx, "refund-8")
	fmt.Println("refund-8 was never started:", errors.Is(err, saga.ErrNotFound))
	for _, id := range []string{"7", "8"} {
		var status string
		check(pool.QueryRow(ctx, `select status from orders where id = $1`, id).Scan(&status))
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
	// order 7 is cancelled
	// order 8 is shipped
}

// orderSchema makes an empty schema for the service on the server that the environment names. It returns the
// schema's address, and what drops it.
func orderSchema() (address string, drop func()) {
	server, err := url.Parse(os.Getenv("SAGA_POSTGRES"))
	if err != nil || !strings.HasPrefix(server.Scheme, "postgres") {
		panic("set SAGA_POSTGRES to the URL of a PostgreSQL server, like postgres://user@localhost:5432/postgres")
	}
	ctx, name := context.Background(), "example_"+strings.ToLower(rand.Text())
	conn, err := pgx.Connect(ctx, server.String())
	if err == nil {
		_, err = conn.Exec(ctx, "create schema "+name)
	}
	if err != nil {
		panic(err)
	}
	query := server.Query()
	query.Set("search_path", name)
	server.RawQuery = query.Encode()
	return server.String(), func() {
		_, err := conn.Exec(ctx, "drop schema "+name+" cascade")
		if err := errors.Join(err, conn.Close(ctx)); err != nil {
			panic(err)
		}
	}
}
