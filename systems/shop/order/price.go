package order

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/participant"
)

// took takes over what the catalog said about the order's key: prices, or why not. An answer that
// does not fit the order leaves it unknown.
func (o *Order) took(e participant.Entry, err error) error {
	if errors.Is(err, saga.Refused) {
		o.Refusal = refusalOf(e)
	}
	if err != nil {
		return err
	}
	var taken struct {
		Lines []Line `json:"lines"`
	}
	if err := json.Unmarshal(e.Reply, &taken); err != nil {
		return fmt.Errorf("order: what the catalog took cannot be read: %w", err)
	}
	return o.price(taken.Lines)
}

func refusalOf(e participant.Entry) *Refusal {
	if e.Refusal == nil {
		return nil
	}
	var about struct {
		Item string `json:"item"`
	}
	_ = json.Unmarshal(e.Refusal.Data, &about) // a refusal may be about no item
	return &Refusal{Code: e.Refusal.Code, Item: about.Item, Detail: e.Refusal.Detail}
}

// price takes over the unit prices under which the stock was taken. An error means that the answer
// does not fit the order, and that nothing can be concluded from it.
func (o *Order) price(given []Line) error {
	prices := map[string]Line{}
	for _, line := range given {
		prices[line.Item] = line
	}
	if len(given) != len(o.Lines) || len(prices) != len(given) {
		return fmt.Errorf("order: the catalog took %d lines for an order of %d", len(given), len(o.Lines))
	}
	var total int64
	for i, line := range o.Lines {
		got, ok := prices[line.Item]
		if !ok || got.Quantity != line.Quantity || got.UnitPrice < 0 || got.UnitPrice > maxPrice {
			return fmt.Errorf("order: the catalog took other goods than %d of %s", line.Quantity, line.Item)
		}
		o.Lines[i].UnitPrice = got.UnitPrice
		total += got.UnitPrice * line.Quantity
	}
	o.Total = total
	return nil
}
