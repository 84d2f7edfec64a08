//go:build unix

package killtest_test

import (
	"net/http"
	"sync"
)

// bought is an order as its shopper knows it.
type bought struct {
	id    int64
	user  string
	lines []line

	// Guarded by the book.
	sent         bool
	acknowledged bool    // the shop has said that it has it
	cutOff       bool    // a request for it broke off in the life that is under way
	aside        bool    // its shopper does not ask any more
	placed       *answer // the first that said so: it stays
	failed       *answer // the last that said so, if nothing was sent since
	anew         int     // how often it was sent again when it had failed
}

func (o *bought) ended() bool { return o.placed != nil || o.failed != nil }

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

func (a answer) placed() bool { return a.status == http.StatusCreated }

// failed reports whether the answer says that the order is known not to be placed.
func (a answer) failed() bool {
	switch a.status {
	case http.StatusConflict:
		return a.kind == "out-of-stock" || a.kind == "unknown-item"
	case http.StatusBadGateway:
		return a.kind == "not-placed"
	}
	return false
}

// pending reports whether the shop has the order and does not say how it ended.
func (a answer) pending() bool {
	return a.status == http.StatusAccepted || a.status == http.StatusConflict && a.kind == "in-flight"
}

// trouble reports whether the answer says nothing but that the same request is to be repeated.
func (a answer) trouble() bool {
	return a.status == http.StatusServiceUnavailable || a.status == http.StatusInternalServerError
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
		if o.sent && !o.ended() && (!o.aside || o.cutOff) {
			open++
			if o.cutOff {
				cutOff++
			}
		}
		o.cutOff = false
	}
	return open, cutOff
}
