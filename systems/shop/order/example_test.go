package order_test

import (
	"context"
	"errors"
	"fmt"
	"net/http/httptest"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/shop/catalog"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// Two services, each with its own file, and an order that is sent three times.
func Example() {
	dir, err := os.MkdirTemp("", "shop")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	products, err := catalog.New(ctx, catalog.Config{Path: filepath.Join(dir, "catalog.db")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer products.Close()
	shelves := catalog.NewController(products, nil)
	server := httptest.NewServer(shelves)
	defer server.Close()
	bus := message.NewBus()
	bus.Subscribe(catalog.CompensationType, shelves.Compensate)
	orders, err := order.New(ctx, order.Config{Catalog: server.URL, Path: filepath.Join(dir, "order.db"), Publisher: bus})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer orders.Close()
	ended := make(chan error, 1)
	go func() { ended <- orders.Run(ctx) }()

	number, err := orders.NewNumber(ctx, "alice")
	fmt.Println("number", number, err)
	wanted := []order.Line{{Item: "EST-18", Quantity: 2}}
	for range 2 {
		placed, err := orders.Place(ctx, "alice", number, wanted)
		fmt.Println(placed.Status, placed.Total, placed.Currency, err)
	}
	_, err = orders.Place(ctx, "alice", number, []order.Line{{Item: "EST-18", Quantity: 3}})
	fmt.Println("other lines:", errors.Is(err, order.ErrChanged))
	_, err = orders.Order(ctx, "bob", number)
	fmt.Println("somebody else:", errors.Is(err, order.ErrForeign))
	parrot, err := products.Item(ctx, "EST-18")
	fmt.Println(parrot.Stock, "left", err)
	stop()
	fmt.Println(<-ended)
	// Output:
	// number 1000 <nil>
	// Success 38700 USD <nil>
	// Success 38700 USD <nil>
	// other lines: true
	// somebody else: true
	// 9998 left <nil>
	// <nil>
}
