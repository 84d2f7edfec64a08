//go:build unix

package killtest_test

import (
	"net/http"
	"sync"
)

// bought is an order as its shopper knows it.
type bought struct {
	id    int64
	lines []line

	// Guarded by the book.
	sent         bool
	acknowledged bool    // the shop has said that it has it
	cutOff       bool    // a request for it broke off in the life that is under way
	aside        bool    // its shopper does not ask any more
	end          *answer // the first that said how it ended

	placed, known bool // what is true of it in the end; known is false if the shop never got it
}

type line struct {
	Item     string `json:"item"`
	Quantity int64  `json:"quantity"`
}

// answer is what the shop said.
type answer struct {
	status int
	kind   string // the problem's type; "" if it is none
	body   string
}

// final reports whether the answer says how the order ended.
func (a answer) final() bool {
	switch a.status {
	case http.StatusCreated:
		return true
	case http.StatusConflict:
		return a.kind == "out-of-stock" || a.kind == "unknown-item" || a.kind == "cancelled"
	case http.StatusBadGateway:
		return a.kind == "not-placed"
	}
	return false
}

// open reports whether the answer says that the same request is to be repeated.
func (a answer) open() bool {
	return a.status == http.StatusAccepted || a.status == http.StatusServiceUnavailable || a.status == http.StatusInternalServerError
}

// book is all that the shoppers know together.
type book struct {
	mu     sync.Mutex
	orders []*bought
	issued map[int64]bool
}

// enter takes a number that the shop gave out; false if it did so before.
func (b *book) enter(o *bought) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.issued[o.id] {
		return false
	}
	b.issued[o.id] = true
	b.orders = append(b.orders, o)
	return true
}

func (b *book) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

func (b *book) all() []*bought {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]*bought(nil), b.orders...)
}

// inFlight counts, at a kill, the orders that were sent and have not ended, without those that
// nobody waits for; and those among them whose request broke off.
func (b *book) inFlight() (open, cutOff int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, o := range b.orders {
		if o.sent && o.end == nil && (!o.aside || o.cutOff) {
			open++
			if o.cutOff {
				cutOff++
			}
		}
		o.cutOff = false
	}
	return open, cutOff
}
