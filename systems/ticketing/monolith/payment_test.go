package monolith_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/seosa-dev/saga/internal/redistest"
	"github.com/seosa-dev/saga/systems/ticketing/concert"
	"github.com/seosa-dev/saga/systems/ticketing/monolith"
	"github.com/seosa-dev/saga/systems/ticketing/payment"
	"github.com/seosa-dev/saga/systems/ticketing/queue/line"
)

// one call pays for everything, and all five parts show it.
func TestAPaymentIsInAllFiveParts(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	mina := h.buyer("mina", 200_000, 1, 2)
	results, err := h.m.Payments.ExecutePayment(t.Context(), mina.token, "mina", mina.held, "p-1")
	must(t, err)
	if len(results) != 2 || results[0].Amount != price || results[0].PaymentStatus != payment.Completed {
		t.Errorf("got %+v", results)
	}
	h.sound()
	if n := h.number(`select amount from balance where user = 'mina'`); n != 100_000 {
		t.Errorf("%d won are left", n)
	}
	if p, err := h.m.Look(t.Context(), mina.token); err != nil || p.Status != line.Completed {
		t.Errorf("the token is %v, %v", p.Status, err)
	}
	if n := h.number(`select count(*) from concert_seat where status = 'SOLD'`); n != 2 {
		t.Errorf("%d seats are sold", n)
	}
}

// All-or-nothing: wherever one of the five steps fails, nothing is left of the payment, and a repeat with the
// same key pays.
func TestAFailureOfAnyStepLeavesNothing(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	mina := h.buyer("mina", 200_000, 1)
	before := h.dump()
	failures := 0
	for at := int64(1); ; at++ {
		h.calls.Store(0)
		h.failAt.Store(at)
		err := h.pay(mina, "p-1")
		h.failAt.Store(0)
		if err == nil {
			break
		}
		failures++
		if !errors.Is(err, errBroken) {
			t.Fatalf("call %d: %v", at, err)
		}
		if after := h.dump(); after != before {
			t.Errorf("call %d (%v) left\n%s\nwhere there was\n%s", at, err, after, before)
		}
	}
	if failures != 8 { // the gate, and the parts of the five steps
		t.Errorf("%d calls of parts could fail, want 8", failures)
	}
	h.sound()
}

func TestARefusalLeavesNothing(t *testing.T) {
	t.Parallel()
	for code, spoil := range map[string]func(h *hall, b *buyer){
		"insufficient-balance": func(h *hall, b *buyer) { *b = h.buyer("poor", 1, 3) },
		"not-found":            func(_ *hall, b *buyer) { b.held = append(b.held, 999) },
		"foreign":              func(h *hall, b *buyer) { b.held = h.buyer("noor", 1, 3).held },
		"not-admitted":         func(h *hall, b *buyer) { b.token = h.admitted("noor", 1) },
		"expired":              func(h *hall, _ *buyer) { h.now.Store(301_000) },
		"reservation-count":    func(_ *hall, b *buyer) { b.held = nil },
		"concert-closed":       func(h *hall, _ *buyer) { h.change(`update concert set closed = 1`) },
	} {
		t.Run(code, func(t *testing.T) {
			t.Parallel()
			h := newHall(t, nil)
			mina := h.buyer("mina", 200_000, 1)
			spoil(h, &mina)
			before := h.dump()
			if err := h.pay(mina, "p-1"); refused(err) != code {
				t.Errorf("got %v, want %s", err, code)
			}
			if after := h.dump(); after != before {
				t.Errorf("left\n%s\nwhere there was\n%s", after, before)
			}
		})
	}
}

// I-A6: however often and at how many keys a buyer clicks, a reservation is paid once.
func TestADoubleClickPaysOnce(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	mina := h.buyer("mina", 500_000, 1, 2)
	outcomes := make(chan error, 12)
	for i := range cap(outcomes) {
		go func() { outcomes <- h.pay(mina, fmt.Sprintf("p-%d", i%2)) }()
	}
	paid, lost := 0, 0
	for range cap(outcomes) {
		switch err := <-outcomes; {
		case err == nil:
			paid++
		case refused(err) == "paid" || refused(err) == "not-admitted":
			lost++
		default:
			t.Error(err)
		}
	}
	if paid != 6 || lost != 6 { // one key pays, and its repeats get the same; the other key comes too late
		t.Errorf("%d paid and %d came too late", paid, lost)
	}
	h.sound()
	if n := h.number(`select amount from balance where user = 'mina'`); n != 400_000 {
		t.Errorf("%d won are left", n)
	}
	mina.held = mina.held[:1]
	for _, key := range []string{"p-0", "p-1"} {
		if code := refused(h.pay(mina, key)); code != "key-reused" && code != "not-admitted" {
			t.Errorf("a part of what was paid: %s", code)
		}
	}
}

// Payments of different buyers at once: each is there as a whole, and the last seat closes the concert for
// everybody who looks.
func TestPaymentsAtOnce(t *testing.T) {
	t.Parallel()
	h := newHall(t, nil)
	var all []buyer
	for seat := 1; seat <= 4; seat++ {
		all = append(all, h.buyer(fmt.Sprintf("buyer%d", seat), price, seat))
	}
	outcomes := make(chan error)
	for _, b := range all {
		go func() { outcomes <- h.pay(b, "p-1") }()
	}
	for range all {
		if err := <-outcomes; err != nil {
			t.Error(err)
		}
	}
	h.sound()
	if n := h.number(`select count(*) from concert where status = ?`, concert.Unavailable); n != 1 {
		t.Error("the concert is not sold out")
	}
	if _, err := h.m.Enter(t.Context(), "buyer1", h.concert); refused(err) != "sold-out" {
		t.Errorf("entering gave %v", err)
	}
}

// A-14, the write-up's problem: no rollback reaches Redis. A payment that fails in step 5 leaves money and
// seats as they were, and the token used up, so that its buyer cannot try again.
func TestRedisInsideTheTransactionIsNotRolledBack(t *testing.T) {
	t.Parallel()
	h := newHall(t, func(c *monolith.Config) { c.Redis = redistest.Start(t).URL() })
	mina := h.buyer("mina", 200_000, 1)
	h.change(`update concert set closed = 1`) // step 5 refuses
	if code := refused(h.pay(mina, "p-1")); code != "concert-closed" {
		t.Fatalf("got %s", code)
	}
	h.sound()
	if n := h.number(`select amount from balance where user = 'mina'`); n != 200_000 {
		t.Errorf("%d won are left", n)
	}
	if p, err := h.m.Look(t.Context(), mina.token); err != nil || p.Status != line.Completed {
		t.Errorf("the token is %v, %v; the mistake that is shown here is gone", p.Status, err)
	}
	h.change(`update concert set closed = 0`)
	if code := refused(h.pay(mina, "p-1")); code != "not-admitted" {
		t.Errorf("the second try: %s", code)
	}
}

// A-14 again: while Redis is away nobody can pay, and nothing is lost.
func TestNobodyPaysWhileRedisIsAway(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	h := newHall(t, func(c *monolith.Config) { c.Redis = server.URL() })
	mina := h.buyer("mina", 200_000, 1)
	before := h.dump()
	server.Kill()
	if err := h.pay(mina, "p-1"); !errors.Is(err, line.ErrUnavailable) {
		t.Errorf("got %v", err)
	}
	if after := h.dump(); after != before {
		t.Errorf("left\n%s\nwhere there was\n%s", after, before)
	}
}
