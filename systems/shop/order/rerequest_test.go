package order_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// What a repeat of an order does depends on how the order stands. The rows are those of the comment
// of OrderService.Place, and what can become of each.

// before are ways to bring an order to stand somewhere.
type before func(t *testing.T, s *shop, id int64, item string)

func placed(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	wantStatus(t, s.put(t, alice, id, of(item, 3)), http.StatusCreated)
}

func refusedForStock(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	wantStatus(t, s.put(t, bob, s.number(t, bob), of(item, seeded-2)), http.StatusCreated)
	got := s.put(t, alice, id, of(item, 3))
	wantProblem(t, got, http.StatusConflict, "out-of-stock", "Ask for fewer")
}

func notStored(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	lift := s.reject(t, "orders")
	wantProblem(t, s.put(t, alice, id, of(item, 3)), http.StatusBadGateway, "not-placed", "try anew")
	lift()
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
}

func neverReached(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest})
	wantProblem(t, s.put(t, alice, id, of(item, 3)), http.StatusBadGateway, "not-placed", "try anew")
}

// unknownAndTaken and unknownAndNot are Unknown; in truth the goods are taken, or they are not.
func unknownAndTaken(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropReply}, fault.Fault{At: check, Kind: fault.DropRequest})
	wantUnknown(t, s.put(t, alice, id, of(item, 3)))
}

func unknownAndNot(t *testing.T, s *shop, id int64, item string) {
	t.Helper()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest}, fault.Fault{At: check, Kind: fault.DropRequest})
	wantUnknown(t, s.put(t, alice, id, of(item, 3)))
}

// second is a fault of the order's second attempt.
func second(at string, kind fault.Kind) fault.Fault {
	return fault.Fault{At: at, Kind: kind, Match: "/2/"}
}

func TestAReRequestDependsOnHowTheOrderStands(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	row := 0 // each orders an item of its own
	for name, c := range map[string]struct {
		before  before
		faults  []fault.Fault
		poor    bool // the goods are sold out when it is repeated
		spoilt  bool // the order cannot be stored
		answer  int
		status  order.OrderRetryStatus
		attempt int
		calls   []string // without the number: "check 1 OK" is about the key of attempt 1
		taken   int64    // by this order, when all is delivered
	}{
		"Success": {before: placed, answer: 201, status: order.Success, attempt: 1, taken: 3},
		"Fail, refused, again": {
			before: refusedForStock, answer: 409, status: order.Fail, attempt: 2, calls: []string{"decrement 2 NO"},
		},
		"Fail, not stored": {
			before: notStored, answer: 201, status: order.Success, attempt: 2, calls: []string{"decrement 2 OK"}, taken: 3,
		},
		"Fail, never reached": {
			before: neverReached, answer: 201, status: order.Success, attempt: 2, calls: []string{"decrement 2 OK"}, taken: 3,
		},
		"Fail, again without an answer": {
			before: neverReached, faults: []fault.Fault{second(decrement, fault.DropReply), second(check, fault.FailBefore)},
			answer: 202, status: order.Unknown, attempt: 2, calls: []string{"decrement 2 ?", "check 2 ?"}, taken: 3,
		},
		"Unknown, and it was done": {
			before: unknownAndTaken, answer: 201, status: order.Success, attempt: 1, calls: []string{"check 1 OK"}, taken: 3,
		},
		"Unknown, it was done, and cannot be stored": {
			before: unknownAndTaken, spoilt: true,
			answer: 502, status: order.Fail, attempt: 1, calls: []string{"check 1 OK", "compensation OK"},
		},
		"Unknown, and it was not done": {
			before: unknownAndNot, answer: 201, status: order.Success, attempt: 2, calls: []string{"check 1 NO", "decrement 2 OK"}, taken: 3,
		},
		"Unknown, it was not done, and is refused now": {
			before: unknownAndNot, poor: true, answer: 409, status: order.Fail, attempt: 2, calls: []string{"check 1 NO", "decrement 2 NO"},
		},
		"Unknown, it was not done, and is unknown again": {
			before: unknownAndNot, faults: []fault.Fault{second(decrement, fault.DropRequest), second(check, fault.DropRequest)},
			answer: 202, status: order.Unknown, attempt: 2, calls: []string{"check 1 NO", "decrement 2 ?", "check 2 ?"},
		},
		"Unknown, it was not done, and is found done after a re-request": {
			before: unknownAndNot, faults: []fault.Fault{second(decrement, fault.FailAfter)},
			answer: 201, status: order.Success, attempt: 2, calls: []string{"check 1 NO", "decrement 2 ?", "check 2 OK"}, taken: 3,
		},
		"Unknown, and the question is not answered": {
			before: unknownAndTaken, faults: []fault.Fault{{At: check, Kind: fault.DropRequest}},
			answer: 202, status: order.Unknown, attempt: 1, calls: []string{"check 1 ?"}, taken: 3,
		},
		"Unknown, and the question is answered by a 500": {
			before: unknownAndNot, faults: []fault.Fault{{At: check, Kind: fault.FailAfter}},
			answer: 202, status: order.Unknown, attempt: 1, calls: []string{"check 1 ?"},
		},
	} {
		row++
		item := fmt.Sprint("EST-", row)
		t.Run(name, func(t *testing.T) {
			id := s.number(t, alice)
			c.before(t, s, id, item)
			if c.poor {
				wantStatus(t, s.put(t, bob, s.number(t, bob), of(item, seeded)), http.StatusCreated)
			}
			lift := func() {}
			if c.spoilt {
				lift = s.reject(t, "orders")
			}
			start, taken := s.left(t, item), s.taken(t, id)
			s.faults.Forget()
			s.arm(t, c.faults...)

			got := s.put(t, alice, id, of(item, 3))
			wantStatus(t, got, c.answer)
			lift()
			eventually(t, "all messages to be delivered", func() bool { return s.delivered(t) })
			shown := s.get(t, alice, id).view
			if shown.Status != c.status || shown.Attempt != c.attempt {
				t.Errorf("it stands at %s, attempt %d; want %s, %d", shown.Status, shown.Attempt, c.status, c.attempt)
			}
			s.wantCalls(t, numbered(id, c.calls)...)
			s.wantStock(t, item, start+taken-c.taken)
			rows := 0
			if c.status == order.Success {
				rows = 1
			}
			s.wantRows(t, id, c.status, rows, rows)
			if armed := s.faults.Armed(); len(armed) > 0 {
				t.Errorf("the faults %v did not strike", armed)
			}
		})
	}
}

// numbered makes calls of an order's own out of those of a table.
func numbered(id int64, calls []string) []string {
	var all []string
	for _, call := range calls {
		at, about, _ := strings.Cut(call, " ")
		key := fmt.Sprint(id)
		if at != compensation {
			attempt, outcome, _ := strings.Cut(about, " ")
			key, about = fmt.Sprintf("%d/%s/stock", id, attempt), outcome
		}
		all = append(all, at+" "+key+" "+about)
	}
	return all
}

// taken is how much of its item an order holds at the moment.
func (s *shop) taken(t *testing.T, id int64) int64 {
	t.Helper()
	var n int64
	for _, e := range s.truth(t, id).Ledger {
		if e.State == "APPLIED" {
			n += 3
		}
	}
	return n
}

// However often it is repeated: one question each time, and Unknown as long as there is no answer.
func TestUnknownStaysUnknownAndAsksOncePerRepeat(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	unknownAndTaken(t, s, id, "EST-1")
	s.wantRows(t, id, order.Unknown, 0, 0)
	s.faults.Forget()
	question := fmt.Sprintf("check %d/1/stock ?", id)
	for _, kind := range []fault.Kind{fault.DropRequest, fault.DropReply, fault.FailBefore, fault.FailAfter} {
		s.arm(t, fault.Fault{At: check, Kind: kind})
		wantUnknown(t, s.put(t, alice, id, of("EST-1", 3)))
		s.wantCalls(t, question)
		s.wantRows(t, id, order.Unknown, 0, 0)
	}
	s.wantStock(t, "EST-1", seeded-3)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantStock(t, "EST-1", seeded-3)
}

// A late original comes to a key that was asked about, and is refused for good.
func TestALateDecrementTakesNothing(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: decrement, Kind: fault.Delay})
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	s.faults.Release()
	s.wantRows(t, id, order.Fail, 0, 0)
	s.wantStock(t, "EST-1", seeded)

	s.arm(t, fault.Fault{At: decrement, Kind: fault.Delay})
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.faults.Release() // of attempt 2, after attempt 3 is placed
	s.wantStock(t, "EST-1", seeded-3)
	for _, e := range s.truth(t, id).Ledger[:2] {
		if e.State != "CANCELLED" {
			t.Errorf("the late one stands as %s", e.State)
		}
	}
}
