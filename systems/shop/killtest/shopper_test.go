//go:build unix

package killtest_test

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strconv"
)

const (
	scarceItem      = "EST-28"
	spoiledQuantity = 13 // no order with a line of so many can be stored while the trigger stands
	repeats         = 6  // how often a shopper repeats an order that is not known yet
)

// number takes an order number.
func (s *street) number(ctx context.Context) (int64, bool) {
	for pause := range patiently(ctx) {
		a, _, err := s.ask(ctx, http.MethodPost, "/orders/new", nil)
		if err != nil || a.open() {
			pause()
			continue
		}
		var got struct{ ID int64 }
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != http.StatusCreated {
			s.t.Errorf("a new number: %d %s", a.status, a.body)
			return 0, false
		}
		return got.ID, true
	}
	return 0, false
}

// buy takes a number and orders under it once; the order is repeated by pursue.
func (s *street) buy(ctx context.Context, lines []line) *bought {
	id, ok := s.number(ctx)
	if !ok {
		return nil
	}
	o := &bought{id: id, lines: lines}
	if !s.book.enter(o) {
		s.t.Errorf("number %d was given out twice", id)
		return nil
	}
	s.put(ctx, o)
	return o
}

// put sends an order and notes what came of it. The same order has one end, told in the same words
// every time.
func (s *street) put(ctx context.Context, o *bought) {
	s.book.note(func() { o.sent = true })
	body, err := json.Marshal(map[string][]line{"lines": o.lines})
	if err != nil {
		s.t.Error(err)
		return
	}
	a, reached, err := s.ask(ctx, http.MethodPut, "/orders/"+strconv.FormatInt(o.id, 10), body)
	s.book.note(func() {
		switch {
		case err != nil:
			o.cutOff = o.cutOff || reached
		case o.end != nil && a != *o.end && !a.open():
			s.t.Errorf("order %d: first %d %s, now %d %s", o.id, o.end.status, o.end.body, a.status, a.body)
		case a.final():
			o.acknowledged = true
			if o.end == nil {
				o.end = &a
			}
		case a.status == http.StatusAccepted:
			o.acknowledged = true
			if o.end != nil {
				s.t.Errorf("order %d: first %d %s, now %d %s", o.id, o.end.status, o.end.body, a.status, a.body)
			}
		case !a.open():
			s.t.Errorf("order %d: %d %s", o.id, a.status, a.body)
		}
	})
}

// pursue repeats an order until it has ended, or limit repeats were answered with "not known yet".
func (s *street) pursue(ctx context.Context, o *bought, limit int) {
	for pause := range patiently(ctx) {
		ended, known := false, false
		s.book.note(func() { ended, known = o.end != nil, o.acknowledged })
		if known {
			limit--
		}
		if ended || limit <= 0 {
			return
		}
		pause()
		s.put(ctx, o)
	}
}

// outcome finds out how an order ended, and that the shop says so still. One that its shopper left
// to itself is only looked at; the shop may never have got it, but not once it had acknowledged it.
func (s *street) outcome(ctx context.Context, o *bought) {
	if o.ended(&s.book) {
		s.put(ctx, o)
		o.known, o.placed = true, o.end.status == http.StatusCreated
		return
	}
	for pause := range patiently(ctx) {
		a, _, err := s.ask(ctx, http.MethodGet, "/orders/"+strconv.FormatInt(o.id, 10), nil)
		var view struct{ Status string }
		if err == nil && a.status == http.StatusOK {
			err = json.Unmarshal([]byte(a.body), &view)
		}
		switch {
		case err != nil:
			s.t.Errorf("order %d: %v", o.id, err)
			return
		case a.status == http.StatusNotFound:
			if o.acknowledged {
				s.t.Errorf("order %d was acknowledged and is lost", o.id)
			}
			return
		case view.Status == "Success", view.Status == "Fail":
			o.known, o.placed = true, view.Status == "Success"
			return
		}
		pause()
	}
}

// shop buys until the street closes. Some orders are left to themselves once they are sent, and
// now and then an old order is sent again.
func (s *street) shop(ctx context.Context, rng *rand.Rand) {
	var mine []*bought
	for !s.closing.Load() && ctx.Err() == nil {
		lines := wishes(rng)
		o := s.buy(ctx, lines)
		if o == nil {
			return
		}
		leave := rng.IntN(6) == 0 && lines[0].Quantity != spoiledQuantity
		if !leave {
			s.pursue(ctx, o, repeats)
		}
		s.book.note(func() { o.aside = o.end == nil })
		mine = append(mine, o)
		if rng.IntN(4) == 0 {
			if old := mine[rng.IntN(len(mine))]; old.ended(&s.book) {
				s.put(ctx, old)
			}
		}
	}
}

func (o *bought) ended(b *book) (yes bool) {
	b.note(func() { yes = o.end != nil })
	return yes
}

// wishes are few items, so that orders meet.
func wishes(rng *rand.Rand) []line {
	hot := "EST-" + strconv.Itoa(1+rng.IntN(4))
	switch rng.IntN(12) {
	case 0:
		return []line{{hot, 1}, {"EST-99", 1}} // there is no such item
	case 1:
		return []line{{scarceItem, 3}, {hot, 1}}
	case 2, 3, 4:
		return []line{{hot, spoiledQuantity}, {"EST-5", 2}}
	}
	other := "EST-" + strconv.Itoa(6+rng.IntN(3))
	return []line{{hot, 1 + rng.Int64N(3)}, {other, 1 + rng.Int64N(2)}}
}
