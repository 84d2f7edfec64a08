package scenario_test

import (
	"fmt"

	"github.com/seosa-dev/saga/systems/shop/scenario"
)

// A row says what happens and how it must end.
func Example() {
	rows, err := scenario.Find("B-S7b")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row.ID, row.English)
		fmt.Println(row.Want)
	}
	// Output:
	// B-S7b Sent again: it was not done, and now it is
	// check NO, decrement OK · Success · stock s−q · rows 1 · 201
}
