//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"

	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// buyer buys tickets until the town closes. All that it sends it repeats as it is until there is an answer.
type buyer struct {
	*person
	season *season
	rng    *rand.Rand
	keys   int
	paid   int // visits that came to paying
}

func (b *buyer) newKey(for_ string) string {
	b.keys++
	return for_ + "-" + strconv.Itoa(b.keys)
}

// visit is one visit of a buyer: a token, seats, and what becomes of them.
type visit struct {
	billed
	token string
	ids   []int64
	total int64
}

func (b *buyer) live(ctx context.Context) {
	for ctx.Err() == nil && !b.season.closing.Load() {
		v, ok := b.enters(ctx)
		if !ok || !b.waits(ctx, v) || !b.holds(ctx, v) {
			continue
		}
		switch b.rng.IntN(12) {
		case 0: // forgets the seats, until their time is over
		case 1:
			b.givesUp(ctx, v)
		default:
			b.pays(ctx, v)
		}
		if b.rng.IntN(3) == 0 {
			b.leaves(ctx, v)
		}
	}
}

// enters takes a place in the line. Whoever finds everything sold asks for another concert.
func (b *buyer) enters(ctx context.Context) (*visit, bool) {
	v := &visit{billed: b.season.on()}
	r, ok := b.season.insist(ctx, b.person, call{method: "POST", path: "/queue/tokens", body: map[string]int64{"concertId": v.concert}},
		"sold-out", "no-such-concert") // the queue may not have heard of it yet
	if !ok || r.code == "no-such-concert" {
		return nil, false
	}
	if r.code == "sold-out" {
		b.season.next(ctx, v.billed)
		return nil, false
	}
	var at struct{ Token string }
	ok = b.season.read(r, &at)
	v.token = at.Token
	return v, ok
}

func (b *buyer) waits(ctx context.Context, v *visit) bool {
	for pause := range patiently(ctx) {
		r, ok := b.season.insist(ctx, b.person, call{method: "GET", path: "/queue/tokens/me", token: v.token}, "sold-out", "token-expired", "taken-away")
		if !ok || r.code != "" {
			return false
		}
		var at struct{ Status string }
		if !b.season.read(r, &at) || at.Status == "COMPLETED" || b.season.closing.Load() {
			return false
		}
		if at.Status == "ACTIVE" {
			return true
		}
		pause()
	}
	return false
}

func (b *buyer) leaves(ctx context.Context, v *visit) {
	b.season.insist(ctx, b.person, call{method: "DELETE", path: "/queue/tokens/me", token: v.token}, "token-expired", "taken-away")
}

// holds reserves one seat or two that looked free.
func (b *buyer) holds(ctx context.Context, v *visit) bool {
	for range 5 {
		chosen := b.chooses(ctx, v)
		if len(chosen) == 0 {
			return false
		}
		switch r, ok := b.reserves(ctx, v, chosen); {
		case !ok || r.code == "not-your-turn" || r.code == "unknown-token":
			return false
		case r.code == "":
			return true
		}
	}
	return false
}

// reserves asks for these seats, which others may have taken, or which the service may not have heard of yet.
func (b *buyer) reserves(ctx context.Context, v *visit, seats []int) (reply, bool) {
	r, ok := b.season.insist(ctx, b.person, call{
		method: "POST", path: "/reservations", key: b.newKey("hold"), token: v.token,
		body: map[string]any{"concertId": v.concert, "scheduleId": v.schedule, "seats": seats},
	}, "taken", "not-found", "not-your-turn", "unknown-token")
	if !ok || r.code != "" {
		return r, ok
	}
	var held struct {
		Reservations []struct{ ID int64 }
		Total        int64
	}
	ok = b.season.read(r, &held)
	for _, one := range held.Reservations {
		v.ids = append(v.ids, one.ID)
	}
	v.total = held.Total
	return r, ok
}

// chooses seats that look free; if there are none for now, there is another concert.
func (b *buyer) chooses(ctx context.Context, v *visit) []int {
	r, ok := b.season.insist(ctx, b.person, call{method: "GET", path: fmt.Sprintf("/concerts/%d/schedules/%d/seats", v.concert, v.schedule)})
	var hall struct {
		Seats []struct {
			Number int
			Status string
		}
	}
	if !ok || !b.season.read(r, &hall) {
		return nil
	}
	var free []int
	for _, s := range hall.Seats {
		if s.Status == "AVAILABLE" {
			free = append(free, s.Number)
		}
	}
	if len(free) == 0 {
		b.season.next(ctx, v.billed)
		return nil
	}
	b.rng.Shuffle(len(free), func(i, j int) { free[i], free[j] = free[j], free[i] })
	return free[:min(len(free), 1+b.rng.IntN(2))]
}

func (b *buyer) givesUp(ctx context.Context, v *visit) {
	for _, id := range v.ids {
		b.season.insist(ctx, b.person, call{method: "DELETE", path: fmt.Sprintf("/reservations/%d", id)}, "expired", "cancelled")
	}
}

// pays brings the money in most cases, and pays; who had too little brings it then, and tries again. Some pay
// for the same from two windows, and some once more.
func (b *buyer) pays(ctx context.Context, v *visit) {
	b.paid++
	if b.paid%6 != 1 && !b.charges(ctx, v.total) {
		return
	}
	if b.rng.IntN(8) == 0 {
		other := b.new(v)
		done := make(chan struct{})
		go func() { defer close(done); b.buys(ctx, other) }()
		defer func() { <-done }()
	}
	p := b.buys(ctx, b.new(v))
	if p.code == "insufficient-balance" && b.charges(ctx, v.total) {
		b.buys(ctx, b.new(v))
	}
	if b.rng.IntN(8) == 0 {
		b.buys(ctx, b.new(v))
	}
}

func (b *buyer) charges(ctx context.Context, amount int64) bool {
	_, ok := b.season.insist(ctx, b.person, call{method: "POST", path: "/balance/charges", key: b.newKey("charge"), body: map[string]int64{"amount": amount}})
	if ok {
		b.season.book.note(func() { b.season.book.charged += amount })
	}
	return ok
}

// new is a payment for what a visit holds, under a key of its own. Some are clicked twice.
func (b *buyer) new(v *visit) *purchase {
	p := &purchase{who: b.person, key: b.newKey("pay"), token: v.token, ids: v.ids, twice: b.rng.IntN(4) == 0}
	b.season.book.enter(p)
	return p
}

// buys pays, and asks about it until it is over, or patience is.
func (b *buyer) buys(ctx context.Context, p *purchase) *purchase {
	if p.twice {
		done := make(chan struct{})
		go func() { defer close(done); b.season.repeat(ctx, p) }()
		defer func() { <-done }()
	}
	patience, stop := context.WithTimeout(ctx, 20*time.Second)
	defer stop()
	b.season.pursue(patience, p)
	return p
}

// repeat sends a payment once more.
func (w *town) repeat(ctx context.Context, p *purchase) {
	if r, err := w.ask(ctx, p.who, p.call()); err == nil {
		w.heard(p, r)
	}
}

// pursue repeats a payment until it is over: POST as long as it is not known whether the system has it, and
// GET from then on, as its Location says.
func (w *town) pursue(ctx context.Context, p *purchase) {
	for pause := range patiently(ctx) {
		id, over := "", false
		w.book.note(func() { id, over = p.sagaID, p.over() })
		switch {
		case over:
			return
		case id == "":
			w.repeat(ctx, p)
		case w.ends(ctx, p, id):
			w.repeat(ctx, p) // which says it
		}
		pause()
	}
}

// ends reports whether a saga is over.
func (w *town) ends(ctx context.Context, p *purchase, id string) bool {
	r, err := w.ask(ctx, p.who, call{method: "GET", path: "/sagas/" + id})
	if err != nil || r.trouble() {
		return false
	}
	var said struct{ State orchestrator.State }
	if r.status != http.StatusOK || !w.read(r, &said) {
		w.t.Errorf("saga %s of %s was begun, and now: %d %s", id, p.who.name, r.status, r.text)
	}
	return said.State == orchestrator.Completed || said.State == orchestrator.Failed || said.State == orchestrator.Compensated
}
