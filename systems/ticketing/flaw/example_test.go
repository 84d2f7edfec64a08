package flaw_test

import (
	"context"
	"fmt"
	"os"

	"github.com/seosa-dev/saga/systems/ticketing/flaw"
)

// One flaw, asked for by its number: two instances let buyers in where there is room for one.
func ExampleRun() {
	err := flaw.Run(context.Background(), os.Stdout, "F-A21")
	fmt.Println(err)
	// Output:
	// F-A21 overshoot: a promotion made of two commands
	//                                             naive                                 real
	// 1. mina, jun and sora wait, one may be in:  A sees room for 1                     does not look
	//   A looks for room
	// 2. B looks for room                         B sees room for 1                     does not look
	// 3. A lets in who is first                   A lets in mina                        A lets in mina
	// 4. B lets in who is first                   B lets in jun                         B lets in nobody
	// I-A8: no more are active than the limit     BROKEN: active: 2, the limit: 1       holds: active: 1, the limit: 1
	// instead: counting and letting in are one transaction, in Redis one script (queue/line/book_admit.go, scripts/admit.lua)
	// <nil>
}
