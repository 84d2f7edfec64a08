package layout_test

import (
	"os"
	"time"

	"github.com/seosa-dev/saga/cmd/seosa/layout"
)

// Columns stand under each other whatever the script, what could move the terminal is spelt out, and
// what is said about a row stands below it.
func Example() {
	screen := layout.Of(os.Stdout, os.Getenv)
	table := layout.Table{Head: []string{"ID", "STATUS", "SINCE", "CALLS"}}
	row := func(id, status string, since time.Duration, calls string) {
		table.Add(layout.Cell{Text: layout.Word(id)}, layout.Cell{Text: status},
			layout.Cell{Text: layout.Age(since)}, layout.Cell{Text: calls, Right: true})
	}
	row("주문-1042", "in doubt", 192*time.Minute, "12")
	table.Below("Nobody knows whether charge took effect: the bank said connection reset by peer.")
	row("order-7\x1b[2J", "running", 41*time.Second, "1")
	table.Print(screen)
	// Output:
	// ID                STATUS    SINCE       CALLS
	// 주문-1042         in doubt  3 h 12 min     12
	//     Nobody knows whether charge took effect: the bank said connection reset by
	//     peer.
	// "order-7\x1b[2J"  running   41 s            1
}
