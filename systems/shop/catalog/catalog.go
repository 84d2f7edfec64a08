package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"

	"github.com/seosa-dev/saga/participant"
)

const (
	// Currency is what every price of this service is in; amounts are whole cents.
	Currency = "USD"
	// MaxLines bounds the lines of one decrement.
	MaxLines = 100
	// MaxQuantity bounds the quantity of one item in one decrement.
	MaxQuantity = 1_000_000

	maxItemID = 40
)

// ErrNotFound marks an id that no item has.
var ErrNotFound = errors.New("catalog: no such item")

// Item is something that can be bought.
type Item struct {
	ID       string `json:"id"`
	Product  string `json:"product"`  // the product's id
	Category string `json:"category"` // the category's id
	Name     string `json:"name"`     // of the product
	Variant  string `json:"variant"`  // what sets the item apart within its product
	Price    int64  `json:"price"`    // cents
	Currency string `json:"currency"`
	Stock    int64  `json:"stock"` // how many are left
}

// Line asks for a quantity of one item.
type Line struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"` // 1 to MaxQuantity
}

// PricedLine is a line as it was taken.
type PricedLine struct {
	Item      string `json:"item"`
	Quantity  int64  `json:"quantity"`
	UnitPrice int64  `json:"unitPrice"` // cents at the time of the decision
}

// Decrement asks for goods: all lines or none.
type Decrement struct {
	Lines []Line `json:"lines"` // 1 to MaxLines; those of one item are added up
}

// Taken is what a decrement took.
type Taken struct {
	Currency string       `json:"currency"`
	Lines    []PricedLine `json:"lines"` // in order of item id, each item once
}

// The codes of refusals: what a decrement is answered with if it cannot be.
const (
	OutOfStock  = "out-of-stock" // a line asks for more than is left
	UnknownItem = "unknown-item" // a line names an item that does not exist
)

// summed checks lines and adds up those of the same item, in order of item id. The fixed order
// keeps any two requests from waiting for each other crosswise, on a database that locks rows.
func summed(lines []Line) ([]Line, error) {
	if len(lines) == 0 || len(lines) > MaxLines {
		return nil, fmt.Errorf("%w: %d lines; send 1 to %d", participant.ErrInvalid, len(lines), MaxLines)
	}
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return cmp.Compare(a.Item, b.Item) })
	sums := sorted[:0]
	for _, line := range sorted {
		if last := len(sums) - 1; last >= 0 && sums[last].Item == line.Item {
			line.Quantity, sums = sum(line.Quantity, sums[last].Quantity), sums[:last]
		}
		if err := line.check(); err != nil {
			return nil, err
		}
		sums = append(sums, line)
	}
	return sums, nil
}

// sum is out of range if one of the two is, so that no pair of bad quantities makes a good one.
func sum(a, b int64) int64 {
	if a < 1 || a > MaxQuantity {
		return a
	}
	return a + b
}

func (l Line) check() error {
	if !visible(l.Item, maxItemID) {
		return fmt.Errorf("%w: %.60q is not an item id; take one from /catalog/items", participant.ErrInvalid, l.Item)
	}
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		return fmt.Errorf("%w: quantity %d of %s; send 1 to %d", participant.ErrInvalid, l.Quantity, l.Item, MaxQuantity)
	}
	return nil
}

// visible reports whether s has 1 to limit bytes, all of them ASCII letters, digits or marks.
func visible(s string, limit int) bool {
	if s == "" || len(s) > limit {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
