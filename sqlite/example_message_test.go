package sqlite_test

import (
	"context"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/sqlite"
)

// The order service tells in the transaction that fails an order; the catalog takes it once, however
// often it comes.
func ExampleConsumer() {
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
	db, err := sqlite.OpenDatabase(ctx, filepath.Join(folder, "shop.db")) // the service's own
	check(err)
	defer db.Close()

	bus := message.NewBus()
	bus.Subscribe("OrderFailed", sqlite.Consumer(db, "catalog",
		func(_ context.Context, _ *sql.Tx, m message.Message) error {
			fmt.Println("give back", string(m.Data))
			stop()
			return nil
		}))
	relay := message.NewRelay(sqlite.NewQueue(db, db.Read), bus, nil)

	err = db.Change(ctx, func(ctx context.Context, tx *sql.Tx) error {
		m, err := message.New("/shop/order", "OrderFailed", "order-1", "EST-1")
		if err != nil {
			return err
		}
		return sqlite.Bind(tx).Append(ctx, m) // beside the change that it tells of
	})
	relay.Wake()
	fmt.Println(err, relay.Run(ctx)) // in a service, Run has a goroutine of its own
	// Output:
	// give back "EST-1"
	// <nil> <nil>
}
