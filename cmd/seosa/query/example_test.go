package query_test

import (
	"flag"
	"fmt"
	"strings"
	"time"

	"github.com/seosa-dev/saga/cmd/seosa/query"
)

// What a person types becomes a filter for the store, and a line that can be pasted.
func Example() {
	var f query.Filter
	set := flag.NewFlagSet("list", flag.ContinueOnError)
	f.Register(set)

	ids, err := query.Parse(set, strings.Fields("order-1 -status running,attention -older 10m order-2"))
	noon := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	fmt.Println(ids, err)
	fmt.Printf("%q standing since %s\n", f.At(noon).Statuses, f.At(noon).Stood.Format(time.TimeOnly))
	fmt.Println(f.Args())

	_, err = query.Parse(set, []string{"-definiton", "shop.order"})
	fmt.Println(err)
	// Output:
	// [order-1 order-2] <nil>
	// ["needs attention" "running"] standing since 11:50:00
	// [-status=attention,running -older=10m0s]
	// saga: invalid: there is no flag "-definiton" here; did you mean -definition?
}
