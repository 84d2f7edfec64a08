package postgres_test

import (
	"context"
	"fmt"
	"log"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/internal/pgtest"
	"github.com/seosa-dev/saga/postgres"
)

// example is a test to pgtest: in a program, the URL comes from the configuration.
type example struct {
	testing.TB
	cleanups []func()
}

func (e *example) Helper()                   {}
func (e *example) Name() string              { return "Example" }
func (e *example) Context() context.Context  { return context.Background() }
func (e *example) Cleanup(fn func())         { e.cleanups = append(e.cleanups, fn) }
func (e *example) Errorf(f string, a ...any) { log.Panicf(f, a...) }
func (e *example) Fatalf(f string, a ...any) { log.Panicf(f, a...) }

func (e *example) end() {
	for _, fn := range e.cleanups {
		fn()
	}
}

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
	server := &example{}
	defer server.end()
	url := pgtest.URL(server) // postgres://user@host:5432/database?search_path=sagas
	ctx, stop := context.WithCancel(context.Background())

	_, err := postgres.Migrate(ctx, url)
	check(err)
	store, err := postgres.Open(ctx, url, nil)
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
	server := &example{}
	defer server.end()
	ctx, url := context.Background(), pgtest.URL(server)

	_, err := postgres.Open(ctx, url, nil)
	fmt.Println("before:", err != nil)
	known, err := postgres.Migrations(ctx, url)
	check(err)
	fmt.Println(known[0].Version, known[0].Name, "applied:", known[0].Applied)

	done, err := postgres.Migrate(ctx, url)
	check(err)
	fmt.Println("done now:", len(done) == len(known))
	done, err = postgres.Migrate(ctx, url)
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
	server := &example{}
	defer server.end()
	ctx, url := context.Background(), pgtest.URL(server)
	_, err := postgres.Migrate(ctx, url)
	check(err)

	owner, err := postgres.Open(ctx, url, nil) // in the engine's process
	check(err)
	defer owner.Close()
	woken := make(chan struct{}, 2)
	listening, stop := context.WithCancel(ctx)
	defer stop()
	go owner.Wake(listening, func() { woken <- struct{}{} }) // an engine does this by itself
	<-woken                                                  // once at the beginning

	visitor, err := postgres.Visit(ctx, url) // in the tool's
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
