package order

import (
	"errors"
	"fmt"
	"time"
)

const (
	// Currency is what every amount of this service is in; amounts are whole cents.
	Currency = "USD"
	// MaxLines bounds the lines of one order.
	MaxLines = 100
	// MaxQuantity bounds the quantity of one item in one order.
	MaxQuantity = 1_000_000

	maxItemID = 40
	maxPrice  = 1_000_000_000 // keeps totals far from overflow
)

var (
	// ErrInvalid marks lines that can never be ordered: none, too many, a quantity out of range,
	// an item id that is none. Nothing was done.
	ErrInvalid = errors.New("order: invalid request")
	// ErrNotFound marks an order number that was not given out, or not used yet.
	ErrNotFound = errors.New("order: no such order")
	// ErrChanged marks an order under a number that other lines were ordered under. The first
	// order stands.
	ErrChanged = errors.New("order: number was used for other lines")
)

// Order is an order on its way: the state of the saga.
type Order struct {
	ID      int64    `json:"id"` // the order number
	Lines   []Line   `json:"lines"`
	Total   int64    `json:"total,omitempty"`   // cents; known once the stock is taken
	Refusal *Refusal `json:"refusal,omitempty"` // why the catalog said no, if it did
}

// Line is a quantity of one item, each item once in an order.
type Line struct {
	Item      string `json:"item"`
	Quantity  int64  `json:"quantity"`            // 1 to MaxQuantity
	UnitPrice int64  `json:"unitPrice,omitempty"` // cents, from the catalog's reply
}

// Refusal is a participant's "no".
type Refusal struct {
	Code   string `json:"code"` // out-of-stock, unknown-item, …
	Item   string `json:"item,omitempty"`
	Detail string `json:"detail,omitempty"` // for people
}

// Status is where an order stands, in the words of the write-up's OrderRetryStatus.
type Status string

const (
	// Success: the order is stored. It stays so.
	Success Status = "Success"
	// Fail: it is known that the order was not placed and that no stock is held for it.
	Fail Status = "Fail"
	// Unprocessed: it is under way, forward or back.
	Unprocessed Status = "Unprocessed"
	// Unknown: it is not known whether stock is held for it; a repeat asks again.
	Unknown Status = "Unknown"
)

// View is an order as people see it.
type View struct {
	ID       int64     `json:"id"`
	Status   Status    `json:"status"`
	Lines    []Line    `json:"lines,omitempty"`
	Total    int64     `json:"total,omitempty"` // cents; 0 until the prices are known
	Currency string    `json:"currency"`
	Placed   time.Time `json:"placed,omitzero"`   // UTC; only if Success
	Refusal  *Refusal  `json:"refusal,omitempty"` // only if Fail, and if a participant said why
}

// summed checks lines and adds up those of the same item, in the order of first mention.
func summed(lines []Line) ([]Line, error) {
	if len(lines) == 0 || len(lines) > MaxLines {
		return nil, fmt.Errorf("%w: %d lines; send 1 to %d", ErrInvalid, len(lines), MaxLines)
	}
	var sums []Line
	at := map[string]int{}
	for _, line := range lines {
		if !itemID(line.Item) {
			return nil, fmt.Errorf("%w: %.60q is not an item id; take one from the catalog", ErrInvalid, line.Item)
		}
		i, seen := at[line.Item]
		if !seen {
			i = len(sums)
			at[line.Item] = i
			sums = append(sums, Line{Item: line.Item})
		}
		if line.Quantity < 1 || line.Quantity > MaxQuantity-sums[i].Quantity {
			return nil, fmt.Errorf("%w: quantity %d of %s; order 1 to %d of an item",
				ErrInvalid, line.Quantity, line.Item, MaxQuantity)
		}
		sums[i].Quantity += line.Quantity
	}
	return sums, nil
}

// itemID reports whether s has 1 to 40 visible ASCII characters.
func itemID(s string) bool {
	if s == "" || len(s) > maxItemID {
		return false
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}

// price takes over the unit prices under which the stock was taken. An error means that the
// answer does not fit the order, and that nothing can be concluded from it.
func (o *Order) price(given []Line) error {
	prices := map[string]Line{}
	for _, line := range given {
		prices[line.Item] = line
	}
	if len(given) != len(o.Lines) || len(prices) != len(given) {
		return fmt.Errorf("the catalog took %d lines for an order of %d", len(given), len(o.Lines))
	}
	var total int64
	for i, line := range o.Lines {
		got, ok := prices[line.Item]
		if !ok || got.Quantity != line.Quantity || got.UnitPrice < 0 || got.UnitPrice > maxPrice {
			return fmt.Errorf("the catalog took other goods than %d of %s", line.Quantity, line.Item)
		}
		o.Lines[i].UnitPrice = got.UnitPrice
		total += got.UnitPrice * line.Quantity
	}
	o.Total = total
	return nil
}
