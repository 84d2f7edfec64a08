package catalog

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

const (
	// Currency is what every price of this service is in; amounts are whole cents.
	Currency = "USD"
	// MaxLines bounds the lines of one decrement.
	MaxLines = 100
	// MaxQuantity bounds the quantity of one line.
	MaxQuantity = 1_000_000
	// MaxKey bounds a key in bytes.
	MaxKey = 300

	maxItemID = 40
)

var (
	// ErrInvalid marks lines or a key that can never be accepted: no lines, too many, a quantity
	// out of range, an item id that is none. Nothing was recorded.
	ErrInvalid = errors.New("catalog: invalid request")
	// ErrKeyReused marks a decrement under a key that other lines were decided under. Whatever was
	// decided then stands.
	ErrKeyReused = errors.New("catalog: key was used for other lines")
	// ErrNotFound marks an id that no item has.
	ErrNotFound = errors.New("catalog: no such item")
)

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

// PricedLine is a line as it was decided.
type PricedLine struct {
	Line
	UnitPrice int64 `json:"unitPrice,omitempty"` // cents at the time of the decision; 0 if refused
}

// summed checks lines and adds up those of the same item, in order of item id. The fixed order
// makes two requests for the same goods equal and keeps any two of them from waiting for each
// other crosswise.
func summed(lines []Line) ([]Line, error) {
	if len(lines) == 0 || len(lines) > MaxLines {
		return nil, fmt.Errorf("%w: %d lines; send 1 to %d", ErrInvalid, len(lines), MaxLines)
	}
	sorted := slices.SortedFunc(slices.Values(lines), func(a, b Line) int { return cmp.Compare(a.Item, b.Item) })
	sums := sorted[:0]
	for _, line := range sorted {
		if err := line.check(); err != nil {
			return nil, err
		}
		if last := len(sums) - 1; last >= 0 && sums[last].Item == line.Item {
			sums[last].Quantity += line.Quantity
			continue
		}
		sums = append(sums, line)
	}
	return sums, nil
}

func (l Line) check() error {
	if !visible(l.Item, maxItemID) {
		return fmt.Errorf("%w: %.60q is not an item id; take one from /catalog/items", ErrInvalid, l.Item)
	}
	if l.Quantity < 1 || l.Quantity > MaxQuantity {
		return fmt.Errorf("%w: quantity %d of %s; send 1 to %d", ErrInvalid, l.Quantity, l.Item, MaxQuantity)
	}
	return nil
}

func checkKey(key string) error {
	if !visible(key, MaxKey) {
		return fmt.Errorf("%w: the key must be 1 to %d visible ASCII characters", ErrInvalid, MaxKey)
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
