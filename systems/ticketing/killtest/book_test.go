//go:build unix

package killtest_test

import (
	"math/rand/v2"
	"net/http"
	"sync"

	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// purchase is one payment as its buyer knows it.
type purchase struct {
	who   *person
	key   string
	token string
	ids   []int64 // of the reservations
	twice bool    // sent by two clicks at once

	// Guarded by the book.
	sagaID string             // once the system has said that it has it
	end    orchestrator.State // COMPLETED, FAILED or COMPENSATED, once it has said so
	code   string             // why it came to nothing
	none   bool               // the system said that no payment was begun
}

func (p *purchase) over() bool { return p.end != "" || p.none }

func (p *purchase) call() call {
	return call{method: "POST", path: "/payments", body: map[string]any{"reservationIds": p.ids}, key: p.key, token: p.token}
}

// book is what the buyers know together.
type book struct {
	mu        sync.Mutex
	purchases []*purchase
	charged   int64 // won
}

func (b *book) enter(p *purchase) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.purchases = append(b.purchases, p)
}

func (b *book) note(change func()) {
	b.mu.Lock()
	defer b.mu.Unlock()
	change()
}

func (b *book) all() []*purchase {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]*purchase(nil), b.purchases...)
}

// open is a payment that nobody knows the end of; nil if there is none.
func (b *book) open() *purchase {
	b.mu.Lock()
	defer b.mu.Unlock()
	var open []*purchase
	for _, p := range b.purchases {
		if !p.over() {
			open = append(open, p)
		}
	}
	if len(open) == 0 {
		return nil
	}
	return open[rand.IntN(len(open))]
}

// ended counts the payments by their ends.
func (b *book) ended() map[orchestrator.State]int {
	b.mu.Lock()
	defer b.mu.Unlock()
	counts := map[orchestrator.State]int{}
	for _, p := range b.purchases {
		if !p.none {
			counts[p.end]++
		}
	}
	return counts
}

// heard takes an answer about a payment. An end stays what it is.
func (w *town) heard(p *purchase, r reply) {
	if r.trouble() {
		return
	}
	var said struct {
		SagaID string
		State  orchestrator.State
	}
	w.read(r, &said)
	w.book.note(func() {
		switch {
		case said.SagaID != "" && p.sagaID != "" && said.SagaID != p.sagaID:
			w.t.Errorf("payment %s of %s is saga %s and then %s", p.key, p.who.name, p.sagaID, said.SagaID)
		case p.end != "" && said.State != p.end:
			w.t.Errorf("payment %s of %s was %s and then %d %s", p.key, p.who.name, p.end, r.status, r.text)
		case r.code == "not-admitted", r.code == "unknown-token":
			p.none = p.sagaID == ""
			if !p.none {
				w.t.Errorf("payment %s of %s was begun and then %s", p.key, p.who.name, r.text)
			}
		case said.SagaID == "":
			w.t.Errorf("payment %s of %s: %d %s", p.key, p.who.name, r.status, r.text)
		case r.status == http.StatusOK || r.code != "":
			p.sagaID, p.end, p.code = said.SagaID, said.State, r.code
		default:
			p.sagaID = said.SagaID
		}
	})
}
