//go:build unix

package killtest_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	seats = 24
	price = 10_000
)

// season are the concerts that an administrator makes, one after the other as they are sold out.
type season struct {
	*town
	admin *person
	began time.Time

	mu   sync.Mutex
	now  billed
	made int
}

// billed is a concert of one date.
type billed struct{ concert, schedule int64 }

// on is the concert that is sold now.
func (s *season) on() billed {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// next makes another concert when one can be sold no more, unless somebody was faster. False: it did not
// come to that.
func (s *season) next(ctx context.Context, instead billed) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.now != instead {
		return true
	}
	key := "concert-" + strconv.Itoa(s.made+1)
	r, ok := s.insist(ctx, s.admin, call{method: "POST", path: "/admin/concerts", key: key, body: map[string]any{
		"title": key, "schedules": []any{map[string]any{"concertAt": s.began.Add(1000 * time.Hour), "seats": seats, "price": price}},
	}})
	var made struct{ ID int64 }
	if !ok || !s.read(r, &made) {
		return false
	}
	r, ok = s.insist(ctx, s.admin, call{method: "GET", path: fmt.Sprintf("/concerts/%d/schedules", made.ID)})
	var dates struct{ Schedules []struct{ ID int64 } }
	if !ok || !s.read(r, &dates) {
		return false
	}
	s.made++
	s.now = billed{made.ID, dates.Schedules[0].ID}
	return true
}

// meddle is what an administrator does while people pay. The zero value is nothing.
type meddle struct {
	opens     bool // another concert
	closes    bool // the concert
	withdraws bool // reservations that are being paid
	takesAway bool // tokens that are paid with
}

// meddling goes on until ctx ends.
func (s *season) meddling(ctx context.Context, m meddle) {
	for pause := range patiently(ctx) {
		switch p := s.book.open(); {
		case m.opens:
			s.next(ctx, s.on())
		case p == nil:
		case m.closes:
			_, _ = s.ask(ctx, s.admin, call{method: "POST", path: fmt.Sprintf("/admin/concerts/%d/close", s.on().concert), body: map[string]string{"reason": "a storm"}})
		case m.withdraws:
			_, _ = s.ask(ctx, s.admin, call{method: "POST", path: fmt.Sprintf("/admin/reservations/%d/cancel", p.ids[0]), body: map[string]string{"reason": "the seat is broken"}})
		case m.takesAway:
			_, _ = s.ask(ctx, s.admin, call{method: "DELETE", path: "/admin/queue/tokens/" + p.token})
		}
		if m.opens || m.closes { // once is enough for some time
			for range 20 {
				pause()
			}
		}
		pause()
	}
}
