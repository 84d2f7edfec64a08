package scenario_test

import (
	"fmt"

	"github.com/seosa-dev/saga/systems/ticketing/scenario"
)

// A row says what happens and how it must end.
func Example() {
	rows, err := scenario.Find("A-48-refused")
	if err != nil {
		fmt.Println(err)
		return
	}
	for _, row := range rows {
		fmt.Println(row.ID, row.English)
		fmt.Println(row.Want)
	}
	// Output:
	// A-48-refused An administrator cancels the reservation while it is paid: the money goes back
	// saga COMPENSATED · payment CANCELLED, refunded · reservation RESERVATION_CANCELLED · seat AVAILABLE · token ACTIVE · concert AVAILABLE · balance 0 · undone PAYMENT DEBIT CLAIM · answers 409 · told FAILED
}
