package catalog

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/seosa-dev/saga/participant"
)

// stockOperation is the name under which the ledger keeps decrements, and the path below /catalog/
// at which they are asked for.
const stockOperation = "stock/decrement"

// decrement takes all lines from the stock, or none. What is refused is found before anything is
// moved.
func decrement(ctx context.Context, tx *sql.Tx, _ string, asked Decrement) (Taken, error) {
	lines, err := summed(asked.Lines)
	if err != nil {
		return Taken{}, err
	}
	taken := Taken{Currency: Currency}
	for _, line := range lines {
		price, left, found, err := readStock(ctx, tx, line.Item)
		if err != nil {
			return Taken{}, err
		}
		if refusal := refuse(line, left, found); refusal != nil {
			return Taken{}, refusal
		}
		taken.Lines = append(taken.Lines, PricedLine{line.Item, line.Quantity, price})
	}
	for _, line := range lines {
		if err := takeStock(ctx, tx, line); err != nil {
			return Taken{}, err
		}
	}
	return taken, nil
}

// restore gives back what a decrement took; the ledger calls it at most once for each.
func restore(ctx context.Context, tx *sql.Tx, _ string, _ Decrement, taken Taken) error {
	for _, line := range taken.Lines {
		if err := returnStock(ctx, tx, Line{line.Item, line.Quantity}); err != nil {
			return err
		}
	}
	return nil
}

// refuse is nil if the line can be had. A typed nil must not become an error, hence the type.
func refuse(line Line, left int64, found bool) *participant.Refusal {
	switch {
	case !found:
		return refusal(UnknownItem, line.Item, fmt.Sprintf(
			"There is no item %s. Choose one that the catalog lists, in a new request.", line.Item))
	case left < line.Quantity:
		return refusal(OutOfStock, line.Item, fmt.Sprintf(
			"%d of %s were asked for and %d are left. Ask for fewer, or later, in a new request.",
			line.Quantity, line.Item, left))
	}
	return nil
}

// refusal says in its data which item it is about.
func refusal(code, item, detail string) *participant.Refusal {
	data, _ := json.Marshal(map[string]string{"item": item}) // a map of strings has a JSON form
	return &participant.Refusal{Code: code, Detail: detail, Data: data}
}
