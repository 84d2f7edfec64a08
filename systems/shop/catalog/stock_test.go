package catalog_test

import (
	"errors"
	"fmt"
	"reflect"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/seosa-dev/saga/systems/shop/catalog"
)

func TestDecrementTakesAllLinesOrNone(t *testing.T) {
	t.Parallel()
	service := open(t)
	got := must(t)(service.Decrement(t.Context(), "k1", lines("EST-2", 2, "EST-10", 1, "EST-2", 3)))
	want := catalog.Entry{Key: "k1", State: catalog.Applied, Currency: "USD", Lines: []catalog.PricedLine{
		{Line: catalog.Line{Item: "EST-10", Quantity: 1}, UnitPrice: 1850},
		{Line: catalog.Line{Item: "EST-2", Quantity: 5}, UnitPrice: 1650},
	}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	wantStock(t, service, "EST-2", 9_995)

	short := must(t)(service.Decrement(t.Context(), "k2", lines("EST-1", 1, "EST-2", 9_996)))
	wantState(t, short, catalog.Refused)
	if short.Refusal.Code != catalog.OutOfStock || short.Refusal.Item != "EST-2" {
		t.Errorf("refusal %+v", short.Refusal)
	}
	unknown := must(t)(service.Decrement(t.Context(), "k3", lines("EST-1", 1, "EST-99", 1)))
	wantState(t, unknown, catalog.Refused)
	if unknown.Refusal.Code != catalog.UnknownItem {
		t.Errorf("refusal %+v", unknown.Refusal)
	}
	wantStock(t, service, "EST-1", 10_000)
	wantStock(t, service, "EST-2", 9_995)
}

func TestSameItemTwiceIsSummedBeforeItIsChecked(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 6_000, "EST-1", 6_000))), catalog.Refused)
	wantStock(t, service, "EST-1", 10_000)
}

func TestDuplicateGetsTheRecordedReply(t *testing.T) {
	t.Parallel()
	service := open(t)
	first := must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 2, "EST-3", 1)))
	for _, same := range [][]catalog.Line{lines("EST-1", 2, "EST-3", 1), lines("EST-3", 1, "EST-1", 1, "EST-1", 1)} {
		if again := must(t)(service.Decrement(t.Context(), "k", same)); !reflect.DeepEqual(first, again) {
			t.Errorf("repeat says %+v, first said %+v", again, first)
		}
	}
	for _, other := range [][]catalog.Line{lines("EST-1", 3), lines("EST-1", 2), lines("EST-1", 2, "EST-4", 1)} {
		if _, err := service.Decrement(t.Context(), "k", other); !errors.Is(err, catalog.ErrKeyReused) {
			t.Errorf("other lines %v: %v", other, err)
		}
	}
	wantStock(t, service, "EST-1", 9_998)
	wantStock(t, service, "EST-3", 9_999)
}

func TestRefusalIsRepeatedEvenWhenStockReturns(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Decrement(t.Context(), "all", lines("EST-5", 10_000))), catalog.Applied)
	first := must(t)(service.Decrement(t.Context(), "one", lines("EST-5", 1)))
	wantState(t, first, catalog.Refused)
	wantState(t, must(t)(service.Restore(t.Context(), "all")), catalog.Reverted)
	if again := must(t)(service.Decrement(t.Context(), "one", lines("EST-5", 1))); !reflect.DeepEqual(first, again) {
		t.Errorf("repeat says %+v, first said %+v", again, first)
	}
	if _, err := service.Decrement(t.Context(), "one", lines("EST-5", 2)); !errors.Is(err, catalog.ErrKeyReused) {
		t.Errorf("other lines under a refused key: %v", err)
	}
	wantState(t, must(t)(service.Fence(t.Context(), "one")), catalog.Refused)
	wantState(t, must(t)(service.Restore(t.Context(), "one")), catalog.Refused)
	wantStock(t, service, "EST-5", 10_000)
}

func TestProbeSaysWhatStandsAndChangesNothing(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Probe(t.Context(), "k")), catalog.None)
	applied := must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 1)))
	if probed := must(t)(service.Probe(t.Context(), "k")); !reflect.DeepEqual(applied, probed) {
		t.Errorf("probe says %+v, decrement said %+v", probed, applied)
	}
	wantState(t, must(t)(service.Decrement(t.Context(), "no", lines("EST-1", 10_000))), catalog.Refused)
	wantState(t, must(t)(service.Probe(t.Context(), "no")), catalog.Refused)
}

func TestFenceRefusesALateOriginal(t *testing.T) {
	t.Parallel()
	service := open(t)
	for range 2 {
		wantState(t, must(t)(service.Fence(t.Context(), "k")), catalog.Cancelled)
	}
	wantState(t, must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 1))), catalog.Cancelled)
	wantState(t, must(t)(service.Probe(t.Context(), "k")), catalog.Cancelled)
	wantStock(t, service, "EST-1", 10_000)

	wantState(t, must(t)(service.Decrement(t.Context(), "done", lines("EST-1", 1))), catalog.Applied)
	wantState(t, must(t)(service.Fence(t.Context(), "done")), catalog.Applied)
	wantStock(t, service, "EST-1", 9_999)
}

func TestRestoreGivesBackOnce(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 4, "EST-2", 5))), catalog.Applied)
	for range 3 {
		wantState(t, must(t)(service.Restore(t.Context(), "k")), catalog.Reverted)
	}
	wantStock(t, service, "EST-1", 10_000)
	wantStock(t, service, "EST-2", 10_000)
	// A duplicate that arrives now must not be told that the stock is held for it.
	wantState(t, must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 4, "EST-2", 5))), catalog.Reverted)
	wantState(t, must(t)(service.Fence(t.Context(), "k")), catalog.Reverted)
	wantStock(t, service, "EST-1", 10_000)
}

func TestUndoBeforeDo(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Restore(t.Context(), "k")), catalog.Cancelled)
	wantState(t, must(t)(service.Decrement(t.Context(), "k", lines("EST-1", 1))), catalog.Cancelled)
	wantState(t, must(t)(service.Restore(t.Context(), "k")), catalog.Cancelled)
	wantStock(t, service, "EST-1", 10_000)
}

func TestSixteenBuyersOfTheLastTen(t *testing.T) {
	t.Parallel()
	service := open(t)
	wantState(t, must(t)(service.Decrement(t.Context(), "rest", lines("EST-7", 9_990))), catalog.Applied)
	var applied, refused atomic.Int64
	var buyers sync.WaitGroup
	for i := range 16 {
		buyers.Go(func() {
			key := fmt.Sprint("buyer-", i)
			for range 3 { // each repeats itself, as after a lost reply
				entry, err := service.Decrement(t.Context(), key, lines("EST-7", 1, "EST-8", 1))
				if err != nil {
					t.Error(err)
				}
				if entry.State == catalog.Applied {
					applied.Add(1)
				} else {
					refused.Add(1)
				}
			}
		})
	}
	buyers.Wait()
	if applied.Load() != 30 || refused.Load() != 18 {
		t.Errorf("%d answers applied, %d refused; want 30 and 18", applied.Load(), refused.Load())
	}
	wantStock(t, service, "EST-7", 0)
	wantStock(t, service, "EST-8", 9_990)
}

func TestDecrementAndUndoRacing(t *testing.T) {
	t.Parallel()
	service := open(t)
	var race sync.WaitGroup
	for i := range 20 {
		key := fmt.Sprint("k", i)
		race.Go(func() { _, _ = service.Decrement(t.Context(), key, lines("EST-9", 7)) })
		race.Go(func() { _, _ = service.Restore(t.Context(), key) })
		race.Go(func() { _, _ = service.Decrement(t.Context(), key, lines("EST-9", 7)) })
	}
	race.Wait()
	for i := range 20 {
		state := must(t)(service.Probe(t.Context(), fmt.Sprint("k", i))).State
		if state != catalog.Reverted && state != catalog.Cancelled {
			t.Errorf("key %d stands as %s after its undo", i, state)
		}
	}
	wantStock(t, service, "EST-9", 10_000)
}
