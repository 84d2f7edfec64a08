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

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/postgres"
)

// The order service tells in the transaction that fails an order; the catalog takes it once, however
// often it comes. A transaction that is rolled back has told nothing.
func ExampleConsumer() {
	check := func(err error) {
		if err != nil {
			panic(err)
		}
	}
	ctx := context.Background()
	address, drop := shopSchema() // postgres://user@host:5432/database?search_path=schema
	defer drop()
	pool, err := pgxpool.New(ctx, address) // the service's own database
	check(err)
	defer pool.Close()
	check(postgres.Prepare(ctx, pool))
	_, err = pool.Exec(ctx, `create table shop_order (id text primary key, status text);
		create table stock (item text primary key, count int);
		insert into shop_order values ('order-1', 'paying'), ('order-2', 'paying'); insert into stock values ('EST-1', 7)`)
	check(err)

	// The consumer's side: inbox and effect are one transaction.
	handled := make(chan string)
	giveBack := postgres.Consumer(pool, "catalog", func(ctx context.Context, tx pgx.Tx, m message.Message) error {
		_, err := tx.Exec(ctx, `update stock set count = count + 1 where item = 'EST-1'`)
		return err
	})
	bus := message.NewBus()
	bus.Subscribe("OrderFailed", func(ctx context.Context, m message.Message) error {
		err := giveBack(ctx, m)
		if err == nil {
			err = giveBack(ctx, m) // a duplicate
		}
		handled <- m.Key
		return err
	})

	// Any number of processes may do this; a commit in any of them wakes one that sleeps.
	running, stop := context.WithCancel(ctx)
	ended := make(chan error, 1)
	go func() { ended <- message.NewRelay(postgres.NewQueue(pool), bus, nil).Run(running) }()

	// The producer's side: the change first, the message that tells of it last.
	fail := func(tx pgx.Tx, id string) error {
		if _, err := tx.Exec(ctx, `update shop_order set status = 'failed' where id = $1`, id); err != nil {
			return err
		}
		m, err := message.New("/shop/order", "OrderFailed", id, map[string]string{"item": "EST-1"})
		if err != nil {
			return err
		}
		return postgres.Bind(tx).Append(ctx, m)
	}
	undone, err := pool.Begin(ctx)
	check(err)
	check(fail(undone, "order-2"))
	check(undone.Rollback(ctx))
	check(pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error { return fail(tx, "order-1") }))

	fmt.Println("handled:", <-handled)
	stop()
	check(<-ended)
	var count int
	check(pool.QueryRow(ctx, `select count from stock`).Scan(&count))
	fmt.Println("in stock:", count)
	// Output:
	// handled: order-1
	// in stock: 8
}

// shopSchema makes an empty schema for the services on the server that the environment names. It returns the
// schema's address, and what drops it.
func shopSchema() (address string, drop func()) {
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
