package saga_test

import (
	"errors"
	"testing"

	"github.com/seosa-dev/saga"
	"github.com/seosa-dev/saga/conformance/memory"
)

// What no instance can be called is not found, and is no failure of the store that cannot be asked.
func TestOddNamesAreNotFound(t *testing.T) {
	e, err := saga.New(memory.Open(), quietly(), def(newParty().step("a")))
	if err != nil {
		t.Fatal(err)
	}
	for _, odd := range []string{"", "a\x00b", "\xff", " a"} {
		if _, err := e.Get(t.Context(), odd); !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("Get of %q: %v", odd, err)
		}
		if _, err := e.History(t.Context(), odd); !errors.Is(err, saga.ErrNotFound) {
			t.Errorf("History of %q: %v", odd, err)
		}
		if found, err := e.Find(t.Context(), saga.Filter{IDs: []string{odd}}); err != nil || len(found) > 0 {
			t.Errorf("Find of %q: %v, %v", odd, found, err)
		}
	}
	if found, err := e.Find(t.Context(), saga.Filter{Text: "a\x00b"}); err != nil || len(found) > 0 {
		t.Errorf("Find of a text with a zero byte: %v, %v", found, err)
	}
}
