package postgres_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/postgres"
)

func check(err error) {
	if err != nil {
		panic(err)
	}
}

// Order is the state of a saga.
type Order struct {
	Paid bool `json:"paid"`
}

// The tables are made once, by whoever deploys. After that any number of engines open them.
func Example() {
	address, drop := sagaSchema() // postgres://user@host:5432/database?search_path=schema
	defer drop()
	ctx, stop := context.WithCancel(context.Background())

	_, err := postgres.Migrate(ctx, address)
	check(err)
	store, err := postgres.Open(ctx, address, nil)
	check(err)
	defer store.Close()

	order := saga.Definition[Order]{Name: "order", Version: 1, Steps: []saga.Step[Order]{{
		Name: "pay", Kind: saga.Retriable,
		Action: func(_ context.Context, o *Order, _ saga.Attempt) error {
			o.Paid = true
			return nil
		},
	}}}
	engine, err := saga.New(store, nil, order)
	check(err)
	ended := make(chan error, 1)
	go func() { ended <- engine.Run(ctx) }()

	_, err = order.Start(ctx, engine, "order-1", Order{}) // durable when it returns
	check(err)
	state, err := order.Wait(ctx, engine, "order-1")
	fmt.Println("paid:", state.Paid, err)
	stop()
	check(<-ended)
	// Output: paid: true <nil>
}

// A deployment brings the tables up to date first, and may look before it does.
func ExampleMigrate() {
	ctx := context.Background()
	address, drop := sagaSchema()
	defer drop()

	_, err := postgres.Open(ctx, address, nil)
	fmt.Println("before:", err != nil)
	known, err := postgres.Migrations(ctx, address)
	check(err)
	fmt.Println(known[0].Version, known[0].Name, "applied:", known[0].Applied)

	done, err := postgres.Migrate(ctx, address)
	check(err)
	fmt.Println("done now:", len(done) == len(known))
	done, err = postgres.Migrate(ctx, address)
	fmt.Println("a second time:", len(done), err)
	// Output:
	// before: true
	// 1 saga applied: false
	// done now: true
	// a second time: 0 <nil>
}

// A tool visits beside the engines. What it wants done it sends as a command, and whoever holds the
// instance is told at once.
func ExampleVisit() {
	ctx := context.Background()
	address, drop := sagaSchema()
	defer drop()
	_, err := postgres.Migrate(ctx, address)
	check(err)

	owner, err := postgres.Open(ctx, address, nil) // in the engine's process
	check(err)
	defer owner.Close()
	woken := make(chan struct{}, 2)
	listening, stop := context.WithCancel(ctx)
	defer stop()
	go owner.Wake(listening, func() { woken <- struct{}{} }) // an engine does this by itself
	<-woken                                                  // once at the beginning

	visitor, err := postgres.Visit(ctx, address) // in the tool's
	check(err)
	defer visitor.Close()
	fmt.Println("the owner's part is refused:", visitor.Journal().Join(ctx, "node-1", 0) != nil)
	command := saga.Command{ID: "c-1", Instance: "order-1", Sent: time.Now(), Data: []byte("go on")}
	check(visitor.Instances().Send(ctx, []saga.Command{command}))
	<-woken
	sent, err := visitor.Reader().Commands(ctx, "order-1")
	fmt.Println("commands:", len(sent), err)
	// Output:
	// the owner's part is refused: true
	// commands: 1 <nil>
}

// sagaSchema makes an empty schema for one example on the server that the environment names. It returns the
// schema's address, and what drops it.
func sagaSchema() (address string, drop func()) {
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
