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
	scarceItem = "EST-28"
	repeats    = 6 // how often a shopper repeats an order that is not known yet
)

// buy takes a number and orders under it once; the order is repeated by pursue.
func (s *street) buy(ctx context.Context, user string, lines []line) *bought {
	a, ok := s.insist(ctx, user, http.MethodPost, "/orders/new", nil, http.StatusCreated)
	if !ok {
		return nil
	}
	var got struct{ ID int64 }
	if err := json.Unmarshal([]byte(a.body), &got); err != nil {
		s.t.Errorf("a new number: %s", a.body)
		return nil
	}
	o := &bought{id: got.ID, user: user, lines: lines}
	if !s.book.enter(o) {
		s.t.Errorf("number %d was given out twice", o.id)
		return nil
	}
	s.put(ctx, o)
	return o
}

// put sends an order and notes what came of it.
func (s *street) put(ctx context.Context, o *bought) {
	s.book.note(func() {
		if o.failed != nil {
			o.anew++
		}
		o.sent, o.failed = true, nil
	})
	a, reached, err := s.ask(ctx, o.user, http.MethodPut, o.path(), o.body())
	s.book.note(func() {
		if err != nil {
			o.cutOff = o.cutOff || reached
			return
		}
		s.heard(o, a)
	})
}

func (o *bought) path() string { return "/orders/" + strconv.FormatInt(o.id, 10) }

func (o *bought) body() []byte {
	body, _ := json.Marshal(map[string][]line{"lines": o.lines}) // texts and numbers have a JSON form
	return body
}

// heard takes an answer about an order. What is placed stays so, in the same words every time.
func (s *street) heard(o *bought, a answer) {
	switch {
	case a.trouble():
		return
	case o.placed != nil && a != *o.placed:
		s.t.Errorf("order %d: first %d %s, now %d %s", o.id, o.placed.status, o.placed.body, a.status, a.body)
	case a.placed():
		o.placed = &a
	case a.failed():
		o.failed = &a
	case !a.pending():
		s.t.Errorf("order %d: %d %s", o.id, a.status, a.body)
	}
	o.acknowledged = true
}

// pursue repeats an order until it has ended, or limit repeats were answered with "not known yet".
func (s *street) pursue(ctx context.Context, o *bought, limit int) {
	for pause := range patiently(ctx) {
		ended, known := false, false
		s.book.note(func() { ended, known = o.ended(), o.acknowledged })
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

// status is the word for where an order stands; "" if the shop never got it.
func (s *street) status(ctx context.Context, o *bought) string {
	for pause := range patiently(ctx) {
		a, _, err := s.ask(ctx, o.user, http.MethodGet, o.path(), nil)
		var view struct{ Status string }
		switch {
		case err != nil, a.trouble():
			pause()
			continue
		case a.status == http.StatusNotFound:
			return ""
		case a.status != http.StatusOK || json.Unmarshal([]byte(a.body), &view) != nil:
			s.t.Errorf("order %d: %d %s", o.id, a.status, a.body)
		}
		return view.Status
	}
	return ""
}

// shop buys until the street closes. Some orders are left to themselves once they are sent, some
// that failed are sent again, and so is now and then an old one.
func (s *street) shop(ctx context.Context, user string, rng *rand.Rand) {
	var mine []*bought
	for !s.closing.Load() && ctx.Err() == nil {
		o := s.buy(ctx, user, wishes(rng))
		if o == nil {
			return
		}
		if rng.IntN(6) > 0 {
			s.pursue(ctx, o, repeats)
		}
		failed := false
		s.book.note(func() { o.aside, failed = !o.ended(), o.failed != nil })
		if failed && rng.IntN(3) == 0 {
			s.put(ctx, o)
			s.pursue(ctx, o, repeats)
			s.book.note(func() { o.aside = !o.ended() })
		}
		mine = append(mine, o)
		if old := mine[rng.IntN(len(mine))]; rng.IntN(4) == 0 {
			s.put(ctx, old)
			s.book.note(func() { old.aside = !old.ended() })
		}
	}
}

// wishes are few items, so that orders meet.
func wishes(rng *rand.Rand) []line {
	hot := "EST-" + strconv.Itoa(1+rng.IntN(4))
	switch rng.IntN(12) {
	case 0:
		return []line{{hot, 1}, {"EST-99", 1}} // there is no such item
	case 1:
		return []line{{scarceItem, 3}, {hot, 1}}
	}
	other := "EST-" + strconv.Itoa(6+rng.IntN(3))
	return []line{{hot, 1 + rng.Int64N(3)}, {other, 1 + rng.Int64N(2)}}
}
