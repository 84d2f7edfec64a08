package audit_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seosa-dev/saga/systems/shop/audit"
)

// An operator finds out that the goods of a failed order did not come back, and which order it was.
func Example() {
	ctx := context.Background()
	folder, err := os.MkdirTemp("", "shop")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(folder)
	shop, err := createSound(ctx, folder) // stands for two services that ran for a while
	if err != nil {
		panic(err)
	}
	defer shop.close()
	books, err := audit.Open(ordersIn(folder), catalogIn(folder))
	if err != nil {
		panic(err)
	}
	defer books.Close()

	report, err := books.Check(ctx, nil)
	fmt.Println(report.Orders, report.Stock, report.Violations, err)
	for _, e := range report.InDoubt {
		fmt.Println("in doubt:", e.Key, e.Lines)
	}

	if _, err := shop.orders.Exec(`delete from saga_outbox where key = '1006'`); err != nil { // somebody discards it
		panic(err)
	}
	report, err = books.Check(ctx, nil)
	for _, v := range report.Violations {
		fmt.Println(v.Invariant, v.Detail, err)
	}
	order, err := books.Order(ctx, 1006, "EST-1")
	fmt.Println(order.Status, order.Attempt, order.Ledger, order.Waiting+order.Dead, err)
	// Output:
	// map[Fail:3 Success:2 Unknown:1 Unprocessed:1] map[EST-1:9985 EST-2:9995] [] <nil>
	// in doubt: 1001/1/stock [{EST-1 3 1650}]
	// in doubt: 1003/1/stock [{EST-2 4 1650}]
	// in doubt: 1006/1/stock [{EST-1 7 1650}]
	// I-B5 attempt 1 of order 1006 failed, and 1006/1/stock is applied with no message that takes it back <nil>
	// Fail 2 [{1006/1/stock APPLIED [{EST-1 7 1650}]}] 0 <nil>
}
