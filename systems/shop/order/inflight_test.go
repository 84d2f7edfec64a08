package order_test

import (
	"fmt"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/order"
)

// An order that is being worked on: who comes meanwhile, and what the service does not hold.

// held starts an order whose decrement is carried out and not answered, until release.
func (s *shop) held(t *testing.T, id int64) (answer <-chan reply, release func()) {
	t.Helper()
	s.faults.Forget()
	s.arm(t, fault.Fault{At: decrement, Kind: fault.HoldReply})
	answers := make(chan reply, 1)
	go func() { answers <- s.put(t, alice, id, of("EST-1", 3)) }()
	must(t, s.faults.Struck(t.Context(), decrement, 1))
	return answers, s.faults.Release
}

func TestAnOrderInFlightIsNotBegunTwice(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	first, release := s.held(t, id)
	for range 3 {
		got := s.put(t, alice, id, of("EST-1", 3))
		wantProblem(t, got, http.StatusConflict, "in-flight", "Repeat the same request in a moment")
		if got.header.Get("Retry-After") != "1" {
			t.Errorf("Retry-After is %q", got.header.Get("Retry-After"))
		}
	}
	if shown := s.get(t, alice, id); shown.view.Status != order.Unprocessed || shown.view.Next == "" {
		t.Errorf("meanwhile it shows as %s", shown.body)
	}
	wantProblem(t, s.put(t, alice, id, of("EST-1", 4)), http.StatusConflict, "order-changed", "Take a new number")
	release()
	got := <-first
	wantStatus(t, got, http.StatusCreated)
	if again := s.put(t, alice, id, of("EST-1", 3)); again.body != got.body || again.status != got.status {
		t.Errorf("the first was told %s, the repeat %d %s", got.body, again.status, again.body)
	}
	s.wantCalls(t, fmt.Sprintf("decrement %d/1/stock OK", id))
	s.wantStock(t, "EST-1", seeded-3)
}

// While the catalog is called, no transaction is open: whoever wants to write the file may, be it
// from outside, be it another order.
func TestNoTransactionSpansACall(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	first, release := s.held(t, id)
	for _, statement := range []string{
		`begin immediate; update sequence set next_id = next_id + 1; commit`,
		`begin exclusive; delete from order_fence; commit`,
	} {
		if _, err := open(t, s.file).ExecContext(t.Context(), statement); err != nil {
			t.Errorf("%s: %v", statement, err)
		}
	}
	if _, err := open(t, s.stockFile).ExecContext(t.Context(), `begin immediate; update item set variant = 'Tiny' where id = 'EST-2'; commit`); err != nil {
		t.Errorf("the catalog's file: %v", err)
	}
	wantStatus(t, s.put(t, bob, s.number(t, bob), of("EST-1", 1)), http.StatusCreated)
	select {
	case got := <-first:
		t.Errorf("the first order was answered before its decrement: %s", got.body)
	default:
	}
	release()
	wantStatus(t, <-first, http.StatusCreated)
}

func TestTheSameOrderManyTimesAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	s.faults.Forget()
	answers := make([]reply, 16)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = s.put(t, alice, id, of("EST-1", 3)) })
	}
	all.Wait()
	want := s.put(t, alice, id, of("EST-1", 3))
	wantStatus(t, want, http.StatusCreated)
	for _, got := range answers {
		switch got.status {
		case http.StatusCreated:
			if got.body != want.body {
				t.Errorf("got %s, another got %s", got.body, want.body)
			}
		case http.StatusConflict:
			wantProblem(t, got, http.StatusConflict, "in-flight", "Repeat the same request")
		default:
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
	s.wantCalls(t, fmt.Sprintf("decrement %d/1/stock OK", id))
	s.wantRows(t, id, order.Success, 1, 1)
	s.wantStock(t, "EST-1", seeded-3)
}

// Of different orders under one number at once, one is placed.
func TestDifferentOrdersUnderOneNumberAtOnce(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	id := s.number(t, alice)
	answers := make([]reply, 8)
	var all sync.WaitGroup
	for i := range answers {
		all.Go(func() { answers[i] = s.put(t, alice, id, of("EST-1", i+1)) })
	}
	all.Wait()
	var bought int64
	for i, got := range answers {
		switch {
		case got.status == http.StatusCreated && bought == 0 && got.view.Lines[0].Quantity == int64(i+1):
			bought = int64(i + 1)
		case got.status == http.StatusConflict:
			wantProblem(t, got, http.StatusConflict, "order-changed", "new number")
		default:
			t.Errorf("got %d %s", got.status, got.body)
		}
	}
	if bought == 0 {
		t.Error("none was placed")
	}
	s.wantStock(t, "EST-1", seeded-bought)
}

func TestSixteenShoppersOfTheLastTen(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{})
	wantStatus(t, s.put(t, alice, s.number(t, alice), of("EST-3", seeded-10)), http.StatusCreated)
	answers := make([]reply, 16)
	var shoppers sync.WaitGroup
	for i := range answers {
		shoppers.Go(func() {
			user := fmt.Sprint("shopper", i)
			answers[i] = s.put(t, user, s.number(t, user), of("EST-3", 1))
		})
	}
	shoppers.Wait()
	got := map[int]int{}
	for _, a := range answers {
		got[a.status]++
	}
	if got[http.StatusCreated] != 10 || got[http.StatusConflict] != 6 {
		t.Errorf("answers by status: %v; want ten 201 and six 409", got)
	}
	s.wantStock(t, "EST-3", 0)
}

// An order that takes longer than a shopper is kept waiting ends all the same.
func TestWaitingIsBounded(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{config: func(c *order.Config) { c.Wait = 10 * time.Millisecond }})
	id := s.number(t, alice)
	first, release := s.held(t, id)
	got := <-first
	if got.status != http.StatusAccepted || got.view.Status != order.Unprocessed || got.header.Get("Retry-After") != "1" {
		t.Errorf("got %d %s, want 202 with Unprocessed", got.status, got.body)
	}
	release()
	eventually(t, "the order", func() bool { return s.get(t, alice, id).view.Status == order.Success })
	s.wantRows(t, id, order.Success, 1, 1)
}

// A call that takes longer than it may is unknown, and is asked about.
func TestACallThatTimesOutIsAskedAbout(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{config: func(c *order.Config) { c.CallTimeout = time.Second }})
	id := s.number(t, alice)
	first, _ := s.held(t, id)
	wantStatus(t, <-first, http.StatusCreated)
	s.wantCalls(t, numbered(id, []string{"decrement 1 ?", "check 1 OK"})...)
	s.wantStock(t, "EST-1", seeded-3)
}

// The service is stopped while the goods are taken and the answer is not there, and another one
// finds the order in the file: it asks, and stores it.
func TestAnOrderGoesOnAfterARestart(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{config: func(c *order.Config) { c.Engine.Lease = 200 * time.Millisecond }})
	id := s.number(t, alice)
	s.leaveDuring(t, id)
	s.stop(t)
	s.start(t)
	eventually(t, "the order", func() bool { return s.get(t, alice, id).view.Status == order.Success })
	got := s.put(t, alice, id, of("EST-1", 3))
	wantStatus(t, got, http.StatusCreated)
	if got.view.Attempt != 1 {
		t.Errorf("got %s", got.body)
	}
	s.wantCalls(t, numbered(id, []string{"decrement 1 ?", "check 1 OK"})...)
	s.wantStock(t, "EST-1", seeded-3)
	eventually(t, "the instance to complete", func() bool {
		in, err := s.orders.Engine().Get(t.Context(), fmt.Sprint(id, "/1"))
		return err == nil && in.Status == saga.Completed
	})
}

// A second attempt that has not come to its first step yet is under way. That the first one failed,
// which is what is recorded until then, is no answer to it.
func TestAnEarlierFailureIsNoAnswerToAnAttemptUnderWay(t *testing.T) {
	t.Parallel()
	s := newShop(t, options{config: func(c *order.Config) {
		c.Wait, c.Engine.Concurrency = 300*time.Millisecond, 1
	}})
	id, other := s.number(t, alice), s.number(t, alice)
	s.arm(t, fault.Fault{At: decrement, Kind: fault.Refuse})
	if failed := s.put(t, alice, id, of("EST-1", 3)); failed.status < 400 {
		t.Fatalf("the first attempt: %d %s", failed.status, failed.body)
	}
	_, release := s.held(t, other) // and with it the only call that the engine makes at once
	got := s.put(t, alice, id, of("EST-1", 3))
	if got.status != http.StatusAccepted {
		t.Errorf("while the second attempt waits for its turn: %d %s", got.status, got.body)
	}
	release()
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		if got = s.put(t, alice, id, of("EST-1", 3)); got.status == http.StatusCreated {
			return
		}
	}
	t.Errorf("in the end: %d %s", got.status, got.body)
}
