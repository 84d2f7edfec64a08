package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"

	"github.com/seosa-dev/saga/systems/shop/catalog"
)

func Example() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "catalog")
	if err != nil {
		fmt.Println(err)
		return
	}
	defer os.RemoveAll(dir)
	service, err := catalog.New(ctx, catalog.Config{Path: filepath.Join(dir, "catalog.db")})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer service.Close()

	// The same decrement twice, as after a lost reply, and then its undo, twice as well.
	stock, asked := service.Stock(), json.RawMessage(`{"lines":[{"item":"EST-18","quantity":2}]}`)
	for range 2 {
		entry, err := stock.Do(ctx, "1000/1/stock", asked)
		fmt.Println(entry.State, string(entry.Reply), err)
	}
	left := func() {
		item, err := service.Item(ctx, "EST-18")
		fmt.Println(item.Stock, "left of", item.Name, err)
	}
	left()
	for range 2 {
		entry, err := stock.Undo(ctx, "1000/1/stock")
		fmt.Println(entry.State, err)
	}
	left()
	// Output:
	// APPLIED {"currency":"USD","lines":[{"item":"EST-18","quantity":2,"unitPrice":19350}]} <nil>
	// APPLIED {"currency":"USD","lines":[{"item":"EST-18","quantity":2,"unitPrice":19350}]} <nil>
	// 9998 left of Amazon Parrot <nil>
	// REVERTED <nil>
	// REVERTED <nil>
	// 10000 left of Amazon Parrot <nil>
}
