package catalog_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	"github.com/seosa-dev/saga/participant"
)

func TestADecrementTakesAllLinesOrNone(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, "k1", lines("EST-2", 2, "EST-10", 1, "EST-2", 3)), participant.Applied)
	s.wantStock(t, "EST-2", seeded-5)
	s.wantStock(t, "EST-10", seeded-1)

	short := s.post(t, decrement, "k2", lines("EST-1", 1, "EST-2", seeded-4))
	wantProblem(t, short, http.StatusConflict, "participant:refused")
	if p := short.problem; p.Code != "out-of-stock" || p.Data.Item != "EST-2" {
		t.Errorf("the refusal is %s", short.body)
	}
	absent := s.post(t, decrement, "k3", lines("EST-1", 1, "EST-99", 1))
	wantProblem(t, absent, http.StatusConflict, "participant:refused")
	if p := absent.problem; p.Code != "unknown-item" || p.Data.Item != "EST-99" {
		t.Errorf("the refusal is %s", absent.body)
	}
	s.wantStock(t, "EST-1", seeded)
	s.wantStock(t, "EST-2", seeded-5)
}

// However the goods are listed, the reply lists them once each and in order.
func TestLinesInAnyOrderTakeTheSame(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	const want = `{"currency":"USD","lines":[{"item":"EST-1","quantity":2,"unitPrice":1650},{"item":"EST-3","quantity":1,"unitPrice":1850}]}`
	for i, body := range []string{
		lines("EST-1", 2, "EST-3", 1), lines("EST-3", 1, "EST-1", 2), lines("EST-1", 1, "EST-3", 1, "EST-1", 1),
	} {
		got := s.post(t, decrement, fmt.Sprint("k", i), body)
		wantState(t, got, participant.Applied)
		if string(got.entry.Reply) != want {
			t.Errorf("%s took %s, want %s", body, got.entry.Reply, want)
		}
	}
	s.wantStock(t, "EST-1", seeded-6)
	s.wantStock(t, "EST-3", seeded-3)
}

// A key stands for a request as it was sent: whoever repeats it sends the same.
func TestLinesInAnotherOrderAreAnotherRequestUnderAKey(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, "k", lines("EST-1", 2, "EST-3", 1)), participant.Applied)
	wantProblem(t, s.post(t, decrement, "k", lines("EST-3", 1, "EST-1", 2)), http.StatusUnprocessableEntity, "participant:key-reused")
	s.wantStock(t, "EST-1", seeded-2)
	s.wantStock(t, "EST-3", seeded-1)
}

func TestLinesOfOneItemAreSummedBeforeTheyAreChecked(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	got := s.post(t, decrement, "k", lines("EST-1", 6_000, "EST-1", 6_000))
	wantProblem(t, got, http.StatusConflict, "participant:refused")
	s.wantStock(t, "EST-1", seeded)
	wantState(t, s.post(t, decrement, "k2", lines("EST-1", 5_000, "EST-1", 5_000)), participant.Applied)
	s.wantStock(t, "EST-1", 0)
}

// The price is that of the moment of the decision, and stays so for those who ask again.
func TestTheReplyHasThePricesOfTheDecision(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	price := func(got reply) int64 {
		var taken struct{ Lines []struct{ UnitPrice int64 } }
		if err := json.Unmarshal(got.entry.Reply, &taken); err != nil || len(taken.Lines) != 1 {
			t.Fatalf("%s: %v", got.body, err)
		}
		return taken.Lines[0].UnitPrice
	}
	first := s.post(t, decrement, "k", lines("EST-1", 1))
	s.change(t, `update item set price = ? where id = ?`, 99_900, "EST-1")
	again, probed, other := s.post(t, decrement, "k", lines("EST-1", 1)), s.probe(t, "k"), s.post(t, decrement, "k2", lines("EST-1", 1))
	if price(first) != 1650 || again.body != first.body || probed.body != first.body || price(other) != 99_900 {
		t.Errorf("first %s\nagain %s\nprobed %s\nanother %s", first.body, again.body, probed.body, other.body)
	}
}

func TestSixteenBuyersOfTheLastTen(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	wantState(t, s.post(t, decrement, "rest", lines("EST-7", seeded-10)), participant.Applied)
	var mu sync.Mutex
	answers := map[int]int{}
	var buyers sync.WaitGroup
	for i := range 16 {
		buyers.Go(func() {
			var first reply
			for turn := range 3 { // each repeats itself, as after a lost reply
				got := s.post(t, decrement, fmt.Sprint("buyer-", i), lines("EST-7", 1, "EST-8", 1))
				if turn == 0 {
					first = got
				}
				if got.body != first.body {
					t.Errorf("buyer %d was told %s and then %s", i, first.body, got.body)
				}
			}
			mu.Lock()
			defer mu.Unlock()
			answers[first.status]++
		})
	}
	buyers.Wait()
	if answers[http.StatusOK] != 10 || answers[http.StatusConflict] != 6 {
		t.Errorf("answers by status: %v; want ten 200 and six 409", answers)
	}
	s.wantStock(t, "EST-7", 0)
	s.wantStock(t, "EST-8", seeded-10)
}

func TestDecrementAndUndoRacing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	var race sync.WaitGroup
	for i := range 12 {
		key := fmt.Sprint("k", i)
		for range 2 {
			race.Go(func() { s.post(t, decrement, key, lines("EST-9", 7)) })
		}
		race.Go(func() { s.post(t, undo, key, "") })
	}
	race.Wait()
	for i := range 12 {
		state := s.probe(t, fmt.Sprint("k", i)).entry.State
		if state != participant.Reverted && state != participant.Cancelled {
			t.Errorf("key %d stands as %s after its undo", i, state)
		}
	}
	s.wantStock(t, "EST-9", seeded)
}

// Whatever fails while stock is moved, the ledger does not say that it was, and the other way round.
func TestStockAndLedgerAreOneTransaction(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	for _, trigger := range []string{
		`create trigger spoil before insert on saga_ledger begin select raise(abort, 'a bad day'); end`,
		`create trigger spoil before update on inventory when old.item = 'EST-2' begin select raise(abort, 'a bad day'); end`,
	} {
		s.change(t, trigger)
		before := s.dump(t)
		wantProblem(t, s.post(t, decrement, "k", lines("EST-1", 1, "EST-2", 1)), http.StatusInternalServerError, "participant:internal")
		if after := s.dump(t); after != before {
			t.Errorf("a decrement that failed left\n%s\ninstead of\n%s", after, before)
		}
		s.change(t, `drop trigger spoil`)
	}
	wantState(t, s.post(t, decrement, "k", lines("EST-1", 1, "EST-2", 1)), participant.Applied)
	s.wantStock(t, "EST-2", seeded-1)
}

func TestAnEndedContextStartsNothing(t *testing.T) {
	t.Parallel()
	s := open(t, nil)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := s.service.Stock().Do(ctx, "k", json.RawMessage(lines("EST-1", 1))); err == nil {
		t.Error("a decrement ran under an ended ctx")
	}
	wantState(t, s.probe(t, "k"), participant.None)
	s.wantStock(t, "EST-1", seeded)
}
