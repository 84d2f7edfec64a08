package order_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// An order that cannot be stored, and the message that gives its goods back.

func (s *shop) outbox(t *testing.T) []message.Row {
	t.Helper()
	rows, err := s.orders.Outbox().Rows(t.Context(), 0)
	must(t, err)
	return rows
}

// With the relay off, the order fails at once and says that its goods are on their way back.
func TestAnOrderFailsAtOnceWhileItsCompensationWaits(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: compensation, Kind: fault.Off, Times: -1})
	lift := s.reject(t, "orders")
	got := s.put(t, alice, id, of("EST-1", 3))
	lift()
	wantProblem(t, got, http.StatusBadGateway, "not-placed", "what was taken is given back")
	if p := got.problem; p.Order != id || p.OrderRetryStatus != "Fail" {
		t.Errorf("got %s", got.body)
	}
	must(t, s.faults.Struck(t.Context(), compensation, 2)) // it is tried again, and burns no attempt
	if v := s.get(t, alice, id).view; v.Status != order.Fail || !v.Compensating || v.Refusal != nil || v.Next == "" {
		t.Errorf("it shows as %+v", v)
	}
	if list := s.list(t, alice); len(list) != 1 || !list[0].Compensating {
		t.Errorf("the list is %+v", list)
	}
	rows := s.outbox(t)
	if len(rows) != 1 || rows[0].Dead || rows[0].Attempts != 0 || rows[0].LastError == "" {
		t.Fatalf("the outbox is %+v", rows)
	}
	s.wantMessage(t, rows[0].Message, id)
	s.wantStock(t, "EST-1", seeded-3)

	must(t, s.faults.Disarm(compensation, fault.Off))
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	if v := s.get(t, alice, id).view; v.Status != order.Fail || v.Compensating {
		t.Errorf("it shows as %+v", v)
	}
	s.wantStock(t, "EST-1", seeded)
}

// wantMessage holds a compensation against the order of three EST-1 that it is about.
func (s *shop) wantMessage(t *testing.T, m message.Message, id int64) {
	t.Helper()
	var data struct {
		OrderID int64
		Attempt int
		Key     string
		Lines   []order.Line
	}
	must(t, json.Unmarshal(m.Data, &data))
	key := fmt.Sprint(id, "/1/stock")
	if m.Type != "product_compensation" || m.Key != fmt.Sprint(id) || m.Correlation != fmt.Sprint(id, "/1") || m.ID == "" ||
		data.OrderID != id || data.Attempt != 1 || data.Key != key || len(data.Lines) != 1 || data.Lines[0].Item != "EST-1" || data.Lines[0].Quantity != 3 {
		t.Errorf("the message is %+v with %s", m, m.Data)
	}
}

// A repeat does not wait for the goods of the attempt before.
func TestANewAttemptNeedNotWaitForTheCompensationOfTheLast(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: compensation, Kind: fault.Off, Times: -1})
	lift := s.reject(t, "lineitem")
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	lift()
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusCreated)
	s.wantStock(t, "EST-1", seeded-6)
	must(t, s.faults.Disarm(compensation, fault.Off))
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded-3)
	s.wantRows(t, id, order.Success, 1, 1)
}

// The message comes as often as the network likes, and the goods come back once.
func TestACompensationIsDeliveredUntilItIsAndCountsOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	for i, kind := range []fault.Kind{fault.DropReply, fault.DropRequest, fault.Duplicate, fault.Delay} {
		t.Run(string(kind), func(t *testing.T) {
			id := s.number(t, alice)
			s.arm(t, fault.Fault{At: compensation, Kind: kind, Times: 2})
			lift := s.reject(t, "orders")
			wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
			lift()
			eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
			s.faults.Release() // what was delayed comes when all is over
			must(t, s.faults.Clear())
			s.wantMessages(t, i+1)
			s.wantStock(t, "EST-1", seeded)
		})
	}
}

// Fail and the message are one transaction: while the outbox takes nothing, the order has not failed.
func TestFailAndItsMessageAreOneTransaction(t *testing.T) {
	t.Parallel()
	tried := make(chan saga.Event, 1000)
	s := newShop(t, options{config: func(c *order.Config) {
		c.Engine.Observe = func(e saga.Event) {
			if e.Call == saga.CallCompensation && e.Step == "stock" {
				select {
				case tried <- e:
				default:
				}
			}
		}
	}})
	id := s.number(t, alice)
	liftOrders, liftOutbox := s.reject(t, "orders"), s.reject(t, "saga_outbox")
	answer := make(chan reply, 1)
	go func() { answer <- s.put(t, alice, id, of("EST-1", 3)) }()
	for range 3 {
		if e := <-tried; e.Outcome != saga.NotDone {
			t.Errorf("an undo that wrote nothing is %s", e.Outcome)
		}
		s.wantRows(t, id, order.Unprocessed, 0, 0)
		if rows := s.outbox(t); len(rows) != 0 {
			t.Errorf("the outbox is %+v", rows)
		}
	}
	wantProblem(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusConflict, "in-flight", "Repeat the same request")
	liftOutbox()
	got := <-answer
	wantStatus(t, got, http.StatusBadGateway)
	liftOrders()
	s.wantRows(t, id, order.Fail, 0, 0)
	s.wantMessages(t, 1)
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded)
}

// A message that cannot be delivered stays to be seen until somebody sends it again.
func TestADeadLetterIsSeenAndSentAgain(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: compensation, Kind: fault.DropRequest, Times: -1})
	lift := s.reject(t, "orders")
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	lift()
	eventually(t, "a dead letter", func() bool {
		rows := s.outbox(t)
		return len(rows) == 1 && rows[0].Dead
	})
	dead := s.outbox(t)[0]
	if dead.Attempts != 3 || dead.LastError == "" {
		t.Errorf("the dead letter is %+v", dead)
	}
	if v := s.get(t, alice, id).view; v.Status != order.Fail || !v.Compensating {
		t.Errorf("the order shows as %+v", v)
	}
	report, err := s.books.Check(t.Context(), nil)
	if err != nil || report.Dead != 1 || len(report.InDoubt) != 1 || len(report.Violations) != 0 {
		t.Errorf("the audit says %+v, %v", report, err)
	}
	s.wantStock(t, "EST-1", seeded-3)
	other := s.number(t, bob) // others are not held up by it
	must(t, s.faults.Clear())
	wantStatus(t, s.put(t, bob, other, of("EST-1", 1)), http.StatusCreated)

	must(t, s.orders.Outbox().Redrive(t.Context(), dead.Position))
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded-1)
	if v := s.get(t, alice, id).view; v.Compensating {
		t.Errorf("the order shows as %+v", v)
	}
}

// The message outlives the service that wrote it.
func TestACompensationSurvivesARestart(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: compensation, Kind: fault.Off, Times: -1})
	lift := s.reject(t, "orders")
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	lift()
	s.stop(t)
	must(t, s.faults.Clear())
	s.start(t)
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantMessages(t, 1)
	s.wantStock(t, "EST-1", seeded)
}

// A catalog that fails for longer than any relay tries by default does not make a compensation a
// dead letter: goods are not written off because somebody's disk was full.
func TestACompensationIsNotGivenUpBecauseTheCatalogFails(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{config: func(c *order.Config) {
		c.Relay = &message.RelayConfig{Initial: time.Millisecond, Max: time.Millisecond, Logger: silent()}
	}})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: compensation, Kind: fault.DropRequest, Times: 25})
	lift := s.reject(t, "orders")
	wantStatus(t, s.put(t, alice, id, of("EST-1", 3)), http.StatusBadGateway)
	lift()
	eventually(t, "the goods to come back", func() bool { return s.delivered(t) })
	s.wantStock(t, "EST-1", seeded)
}

// However many orders follow, one that is unknown stays on its owner's list.
func TestUnknownIsListedHoweverOldItIs(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.arm(t, fault.Fault{At: decrement, Kind: fault.DropRequest}, fault.Fault{At: check, Kind: fault.DropRequest})
	wantUnknown(t, s.put(t, alice, id, of("EST-1", 1)))
	var last int64
	for range 4 {
		last = s.number(t, bob)
		wantStatus(t, s.put(t, bob, last, of("EST-1", 1)), http.StatusCreated)
	}
	latest, err := s.orders.Latest(t.Context(), 3)
	must(t, err)
	if len(latest) != 3 || latest[0].ID != last || latest[2].ID != id || latest[2].Owner != alice || latest[2].Status != order.Unknown {
		t.Errorf("the list is %+v", latest)
	}
}
