package order

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
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
	// ErrForeign marks an order number that was given to somebody else.
	ErrForeign = errors.New("order: somebody else's order")
	// ErrChanged marks an order under a number that other lines were ordered under. The first
	// order stands.
	ErrChanged = errors.New("order: number was used for other lines")
	// ErrInFlight marks an order that is being worked on at this moment, for an earlier request or
	// after a crash. Repeat the request in a moment.
	ErrInFlight = errors.New("order: it is being worked on")
)

// Order is one attempt to place an order: the state of the saga.
type Order struct {
	ID      int64    `json:"id"` // the order number
	Owner   string   `json:"owner"`
	Attempt int      `json:"attempt"` // from 1; grows when a failed order is submitted again
	Lines   []Line   `json:"lines"`
	Total   int64    `json:"total,omitempty"`   // cents; known once the stock is taken
	Refusal *Refusal `json:"refusal,omitempty"` // why a participant said no, if one did
}

// Line is a quantity of one item, each item once in an order.
type Line struct {
	Item      string `json:"item"`
	Quantity  int64  `json:"quantity"`            // 1 to MaxQuantity
	UnitPrice int64  `json:"unitPrice,omitempty"` // cents, from the catalog's reply
}

// Refusal is a participant's "no".
type Refusal struct {
	Code   string `json:"code"` // out-of-stock, unknown-item, cancelled …
	Item   string `json:"item,omitempty"`
	Detail string `json:"detail,omitempty"` // for people
}

// OrderRetryStatus is where an order stands: the column and the words of the write-up.
type OrderRetryStatus string

const (
	// Success: the order is stored. It stays so.
	Success OrderRetryStatus = "Success"
	// Fail: it is known that the order was not placed, and what was taken for it is given back or
	// about to be. The same order under the same number tries anew.
	Fail OrderRetryStatus = "Fail"
	// Unprocessed: it is under way.
	Unprocessed OrderRetryStatus = "Unprocessed"
	// Unknown: it is not known whether stock is held for it; a repeat asks again.
	Unknown OrderRetryStatus = "Unknown"
)

// View is an order as its owner sees it. Of one that is placed, every field is what was stored
// then, so that it looks the same for ever.
type View struct {
	ID       int64            `json:"id"`
	Owner    string           `json:"-"` // who ordered it; they know, so it is not in the answer
	Status   OrderRetryStatus `json:"status"`
	Lines    []Line           `json:"lines"`
	Total    int64            `json:"total,omitempty"` // cents; only if Success
	Currency string           `json:"currency"`
	Placed   time.Time        `json:"placed,omitzero"`   // UTC; only if Success
	Since    time.Time        `json:"since,omitzero"`    // UTC; since when it stands so, unless Success
	Attempt  int              `json:"attempt,omitempty"` // which one it is about, from 1
	Refusal  *Refusal         `json:"refusal,omitempty"` // only if Fail, and if a participant said why
	// Compensating says that what was taken is on its way back; only if Fail.
	Compensating bool   `json:"compensating,omitempty"`
	Next         string `json:"next,omitempty"` // what to do now, for people; not if Success
}

// summed checks lines and adds up those of the same item, in order of item id, so that the same
// goods are the same order however they are listed.
func summed(lines []Line) ([]Line, error) {
	if len(lines) == 0 || len(lines) > MaxLines {
		return nil, fmt.Errorf("%w: %d lines; send 1 to %d", ErrInvalid, len(lines), MaxLines)
	}
	sums := map[string]int64{}
	for _, line := range lines {
		if !itemID(line.Item) {
			return nil, fmt.Errorf("%w: %.60q is not an item id; take one from the catalog", ErrInvalid, line.Item)
		}
		if line.Quantity < 1 || line.Quantity > MaxQuantity-sums[line.Item] {
			return nil, fmt.Errorf("%w: quantity %d of %s; order 1 to %d of an item",
				ErrInvalid, line.Quantity, line.Item, MaxQuantity)
		}
		sums[line.Item] += line.Quantity
	}
	var sorted []Line
	for item, quantity := range sums {
		sorted = append(sorted, Line{Item: item, Quantity: quantity})
	}
	slices.SortFunc(sorted, func(a, b Line) int { return cmp.Compare(a.Item, b.Item) })
	return sorted, nil
}

// itemID reports whether an item could have this id: 1 to 40 visible ASCII characters.
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
