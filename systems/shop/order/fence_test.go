package order

import (
	"errors"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga"
)

// These are inside the package because no request can hold an insert back until its fence is there.

func storeIn(t *testing.T) *store {
	t.Helper()
	db, err := openStore(t.Context(), filepath.Join(t.TempDir(), "order.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func anOrder() *Order {
	return &Order{ID: 1000, Lines: []Line{{Item: "EST-1", Quantity: 2, UnitPrice: 1650}}, Total: 3300}
}

func attemptOf(instance string) saga.Attempt {
	return saga.Attempt{Key: saga.Key{Instance: instance, Step: "insert"}}
}

func (s *store) wantOrders(t *testing.T, want int) {
	t.Helper()
	if views, err := s.orders(t.Context(), 0, 10); err != nil || len(views) != want {
		t.Errorf("%d orders are stored, want %d; error %v", len(views), want, err)
	}
}

func TestALateInsertStopsAtItsFence(t *testing.T) {
	t.Parallel()
	db := storeIn(t)
	step, late, next := insert{db}, attemptOf("1000/1"), attemptOf("1000/2")
	for range 2 {
		if err := step.fence(t.Context(), anOrder(), late); !errors.Is(err, saga.Refused) {
			t.Errorf("the fence of what is not stored: %v", err)
		}
		if err := step.action(t.Context(), anOrder(), late); !errors.Is(err, saga.Refused) {
			t.Errorf("the insert after its fence: %v", err)
		}
	}
	db.wantOrders(t, 0)
	if err := step.action(t.Context(), anOrder(), next); err != nil { // the fence is of one attempt
		t.Errorf("the insert of another attempt: %v", err)
	}
	db.wantOrders(t, 1)
}

func TestAFenceAfterTheInsertFindsItDone(t *testing.T) {
	t.Parallel()
	db := storeIn(t)
	step, first, other := insert{db}, attemptOf("1000/1"), attemptOf("1000/2")
	for range 2 {
		if err := step.action(t.Context(), anOrder(), first); err != nil {
			t.Errorf("the insert: %v", err)
		}
		if err := step.fence(t.Context(), anOrder(), first); err != nil {
			t.Errorf("the fence of what is stored: %v", err)
		}
	}
	if err := step.action(t.Context(), anOrder(), other); !errors.Is(err, saga.Refused) {
		t.Errorf("the insert under a number that another attempt took: %v", err)
	}
	if err := step.fence(t.Context(), anOrder(), other); !errors.Is(err, saga.Refused) {
		t.Errorf("its fence: %v", err)
	}
	db.wantOrders(t, 1)
}
