package catalog_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/participant"
	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/shop/catalog"
)

const (
	aKey    = "1000/1/stock"
	noted   = `select count(*) from saga_inbox`
	outcome = `select count(*) from saga_ledger where key = ? and state = ?`
)

// compensation is the message that takes the decrement under a key back.
func compensation(t *testing.T, key string) message.Message {
	t.Helper()
	m, err := message.New("shop/order", catalog.CompensationType, "1000", catalog.Compensation{
		OrderID: 1000, Attempt: 1, Key: key, Lines: []catalog.Line{{Item: "EST-28", Quantity: 999}}, // not what was taken
	})
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func (s *shelf) compensate(t *testing.T, m message.Message) {
	t.Helper()
	if err := s.boundary.Compensate(t.Context(), m); err != nil {
		t.Errorf("message %s: %v", m.ID, err)
	}
}

// However often and under however many ids the message comes, the goods come back once, and they
// are those of the ledger, not those that the message names.
func TestCompensateGivesBackOnce(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, aKey, lines("EST-1", 4, "EST-2", 5)), participant.Applied)
	m, other := compensation(t, aKey), compensation(t, aKey)
	var deliveries sync.WaitGroup
	for range 4 {
		deliveries.Go(func() { s.compensate(t, m) })
		deliveries.Go(func() { s.compensate(t, other) })
	}
	deliveries.Wait()
	for _, item := range []string{"EST-1", "EST-2", "EST-28"} {
		s.wantStock(t, item, seeded)
	}
	wantState(t, s.probe(t, aKey), participant.Reverted)
	if n := s.number(t, noted); n != 2 {
		t.Errorf("the inbox has %d notes of two messages", n)
	}
	// A duplicate that arrives now must not be told that the goods are held for it.
	wantProblem(t, s.post(t, decrement, aKey, lines("EST-1", 4, "EST-2", 5)), http.StatusConflict, "participant:reverted")
	s.wantStock(t, "EST-1", seeded)
}

// A message that comes when others have bought meanwhile gives back its own and nothing of theirs.
func TestCompensateLate(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, aKey, lines("EST-1", 4)), participant.Applied)
	wantState(t, s.post(t, decrement, "1000/2/stock", lines("EST-1", 4)), participant.Applied)
	wantState(t, s.post(t, decrement, "1001/1/stock", lines("EST-1", 7)), participant.Applied)
	s.compensate(t, compensation(t, aKey))
	s.wantStock(t, "EST-1", seeded-11)
	wantState(t, s.probe(t, "1000/2/stock"), participant.Applied)
}

func TestCompensateBeforeItsDecrement(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	m := compensation(t, aKey)
	s.compensate(t, m)
	wantProblem(t, s.post(t, decrement, aKey, lines("EST-1", 4)), http.StatusConflict, "participant:cancelled")
	s.compensate(t, m)
	wantState(t, s.probe(t, aKey), participant.Cancelled)
	s.wantStock(t, "EST-1", seeded)
}

func TestCompensateOfARefusedDecrementIsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantProblem(t, s.post(t, decrement, aKey, lines("EST-1", tooMany)), http.StatusConflict, "participant:refused")
	s.compensate(t, compensation(t, aKey))
	wantState(t, s.probe(t, aKey), participant.Refused)
	s.wantStock(t, "EST-1", seeded)
}

// What no repeat can mend leaves nothing behind, not even a note: it may be sent again when it is
// mended.
func TestCompensatePoison(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, aKey, lines("EST-1", 4)), participant.Applied)
	before := s.dump(t)
	for name, spoil := range map[string]func(*message.Message){
		"another type":     func(m *message.Message) { m.Type = "product_celebration" },
		"no data":          func(m *message.Message) { m.Data = nil },
		"no object":        func(m *message.Message) { m.Data = json.RawMessage(`[1]`) },
		"a number for key": func(m *message.Message) { m.Data = json.RawMessage(`{"key":1000}`) },
		"no key":           func(m *message.Message) { m.Data = json.RawMessage(`{"orderId":1000}`) },
		"an odd key":       func(m *message.Message) { m.Data = json.RawMessage(`{"key":"1000 / 1"}`) },
		"a long key": func(m *message.Message) {
			m.Data = json.RawMessage(`{"key":"` + strings.Repeat("k", participant.MaxKey+1) + `"}`)
		},
		"no id": func(m *message.Message) { m.ID = "" },
	} {
		m := compensation(t, aKey)
		spoil(&m)
		if err := s.boundary.Compensate(t.Context(), m); !errors.Is(err, message.ErrPoison) {
			t.Errorf("%s: %v is no poison", name, err)
		}
	}
	if after := s.dump(t); after != before {
		t.Errorf("poison left\n%s\ninstead of\n%s", after, before)
	}
}

func TestInboxAndStockAreOneTransaction(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, aKey, lines("EST-1", 4)), participant.Applied)
	m := compensation(t, aKey)
	fails := func(what string) {
		t.Helper()
		if err := s.boundary.Compensate(t.Context(), m); err == nil || errors.Is(err, message.ErrPoison) {
			t.Errorf("%s: %v; want an error that can pass", what, err)
		}
		s.wantStock(t, "EST-1", seeded-4)
		if s.number(t, noted) != 0 || s.number(t, outcome, aKey, participant.Applied) != 1 {
			t.Errorf("%s: the inbox or the ledger says more than the stock", what)
		}
	}
	s.change(t, `create trigger spoil before update on inventory begin select raise(abort, 'a bad day'); end`)
	fails("the stock cannot be changed")
	s.change(t, `drop trigger spoil`)

	s.change(t, `create trigger spoil before update on saga_ledger begin select raise(abort, 'a bad day'); end`)
	fails("the ledger cannot be changed")
	s.change(t, `drop trigger spoil`)

	lift, err := fault.RejectInserts(t.Context(), s.db(t), "saga_inbox", "a bad day")
	if err != nil {
		t.Fatal(err)
	}
	fails("the inbox takes no notes")
	if err := lift(); err != nil {
		t.Fatal(err)
	}
	s.compensate(t, m)
	s.wantStock(t, "EST-1", seeded)
	if s.number(t, noted) != 1 {
		t.Error("the message is not noted")
	}
}

// Messages and calls over HTTP about one key, at once.
func TestCompensateRacingWithItsDecrement(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var race sync.WaitGroup
	for i := range 12 {
		key := fmt.Sprintf("%d/1/stock", 1000+i)
		m := compensation(t, key)
		race.Go(func() { s.post(t, decrement, key, lines("EST-9", 7)) })
		race.Go(func() { s.compensate(t, m) })
		race.Go(func() { s.post(t, fence, key, "") })
	}
	race.Wait()
	s.wantStock(t, "EST-9", seeded)
	if n := s.number(t, `select count(*) from saga_ledger where state not in ('REVERTED', 'CANCELLED')`); n != 0 {
		t.Errorf("%d decrements stand after their compensation", n)
	}
}
