package order

import (
	"errors"
	"math"
	"path/filepath"
	"testing"

	"github.com/seosa-dev/saga"
)

// These are inside the package because no request can make an insert come late, or lose the answer
// of one that was committed.

func storeIn(t *testing.T) *store {
	t.Helper()
	db, err := openStore(t.Context(), filepath.Join(t.TempDir(), "order.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	if _, err := db.newNumber(t.Context(), "alice"); err != nil {
		t.Fatal(err)
	}
	return db
}

func anAttempt(t *testing.T, db *store, attempt int) *Order {
	t.Helper()
	o := &Order{ID: 1000, Owner: "alice", Attempt: attempt, Lines: []Line{{Item: "EST-1", Quantity: 2, UnitPrice: 1650}}, Total: 3300}
	if err := db.unprocessed(t.Context(), *o); err != nil {
		t.Fatal(err)
	}
	return o
}

func wantStored(t *testing.T, db *store, want int) {
	t.Helper()
	if views, err := db.orders(t.Context(), "", 0, math.MaxInt64); err != nil || len(views) != want {
		t.Errorf("%d orders are stored, want %d; error %v", len(views), want, err)
	}
}

func TestALateInsertStopsAtItsFence(t *testing.T) {
	t.Parallel()
	db := storeIn(t)
	step, late := insert{db}, anAttempt(t, db, 1)
	for range 2 {
		if err := step.check(t.Context(), late, saga.Attempt{}); !errors.Is(err, saga.Refused) {
			t.Errorf("the check of what is not stored: %v", err)
		}
		if err := step.action(t.Context(), late, saga.Attempt{}); !errors.Is(err, saga.Refused) {
			t.Errorf("the insert after its fence: %v", err)
		}
	}
	wantStored(t, db, 0)
	if err := db.fail(t.Context(), *late, nil); err != nil {
		t.Fatal(err)
	}
	if err := step.action(t.Context(), anAttempt(t, db, 2), saga.Attempt{}); err != nil { // the fence is of one attempt
		t.Errorf("the insert of another attempt: %v", err)
	}
	if err := step.action(t.Context(), late, saga.Attempt{}); !errors.Is(err, saga.Refused) {
		t.Errorf("the late one after another attempt: %v", err)
	}
	wantStored(t, db, 1)
}

func TestACheckAfterTheInsertFindsItDone(t *testing.T) {
	t.Parallel()
	db := storeIn(t)
	step, first := insert{db}, anAttempt(t, db, 1)
	for range 2 {
		if err := step.action(t.Context(), first, saga.Attempt{}); err != nil {
			t.Errorf("the insert: %v", err)
		}
		if err := step.check(t.Context(), first, saga.Attempt{}); err != nil {
			t.Errorf("the check of what is stored: %v", err)
		}
	}
	other := *first
	other.Attempt = 2
	if err := step.action(t.Context(), &other, saga.Attempt{}); !errors.Is(err, saga.Refused) {
		t.Errorf("the insert under a number that another attempt took: %v", err)
	}
	if err := step.check(t.Context(), &other, saga.Attempt{}); !errors.Is(err, saga.Refused) {
		t.Errorf("its check: %v", err)
	}
	wantStored(t, db, 1)
}

// A failure that is recorded late takes nothing back from a success, and sends nothing.
func TestAFailureAfterTheEndChangesNothing(t *testing.T) {
	t.Parallel()
	db := storeIn(t)
	first := anAttempt(t, db, 1)
	if err := db.insertOrder(t.Context(), *first); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func() error{
		"fail":        func() error { return db.fail(t.Context(), *first, nil) },
		"unknown":     func() error { return db.unknown(t.Context(), 1000, 1) },
		"unprocessed": func() error { return db.unprocessed(t.Context(), Order{ID: 1000, Attempt: 2, Lines: first.Lines}) },
	} {
		if err := change(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if at, err := db.standing(t.Context(), "alice", 1000); err != nil || at.Status != Success || at.Attempt != 1 {
			t.Errorf("after %s it stands at %s, attempt %d; %v", name, at.Status, at.Attempt, err)
		}
	}
}
