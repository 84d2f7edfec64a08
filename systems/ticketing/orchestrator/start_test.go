package orchestrator_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// What is not valid starts nothing, and a key stands for one payment of one buyer.
func TestAStartThatIsNotValidStartsNothing(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	eleven := []int64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11}
	for name, c := range map[string]struct {
		key string
		ids []int64
	}{
		"no key":            {"", []int64{1}},
		"a long key":        {strings.Repeat("k", 201), []int64{1}},
		"a key of blanks":   {"a b", []int64{1}},
		"a key in Korean":   {"결제", []int64{1}},
		"nothing":           {"k", nil},
		"too much":          {"k", eleven},
		"twice the same":    {"k", []int64{1, 2, 1}},
		"no reservation":    {"k", []int64{0, 1}},
		"a negative number": {"k", []int64{-1}},
	} {
		if id, err := w.orchestrator.StartSaga(t.Context(), mina, "t", c.key, 1, c.ids); !errors.Is(err, orchestrator.ErrInvalid) || id != "" {
			t.Errorf("%s: %q %v", name, id, err)
		}
	}
	if n, _ := w.untold(); n != 0 {
		t.Errorf("%d sagas were started", n)
	}
	for _, ids := range [][]int64{eleven[:10], eleven[:1]} {
		if _, err := w.orchestrator.StartSaga(t.Context(), mina, "t", strings.Repeat("k", 190+len(ids)), 1, ids); err != nil {
			t.Error(err)
		}
	}
}

func TestAKeyStandsForOnePayment(t *testing.T) {
	t.Parallel()
	w := newTown(t)
	start := func(user, token, key string, ids ...int64) (string, error) {
		return w.orchestrator.StartSaga(t.Context(), user, token, key, 1, ids)
	}
	first, err := start(mina, "t", "k", 1, 2)
	must(t, err)
	if first != orchestrator.SagaID(mina, "k") {
		t.Errorf("its id is %s", first)
	}
	if again, err := start(mina, "t", "k", 2, 1); err != nil || again != first { // in another order, and it is the same
		t.Errorf("again: %s %v", again, err)
	}
	// A repeat does not ask whose line the token is of: it may be used up.
	if again, err := w.orchestrator.StartSaga(t.Context(), mina, "t", "k", 0, []int64{1, 2}); err != nil || again != first {
		t.Errorf("again, with no concert: %s %v", again, err)
	}
	for name, err := range map[string]error{
		"other reservations": second(start(mina, "t", "k", 1, 3)),
		"fewer":              second(start(mina, "t", "k", 1)),
		"another token":      second(start(mina, "u", "k", 1, 2)),
	} {
		if !errors.Is(err, orchestrator.ErrKeyReused) {
			t.Errorf("%s: %v", name, err)
		}
	}
	others, err := start(jun, "t", "k", 1, 2)
	if err != nil || others == first {
		t.Errorf("another buyer with the same key: %s %v", others, err)
	}
	for _, id := range []string{first, others} {
		for _, user := range []string{mina, jun} {
			_, err := w.orchestrator.Saga(t.Context(), user, id)
			if mine := (user == mina) == (id == first); mine != (err == nil) || !mine && !errors.Is(err, orchestrator.ErrNotFound) {
				t.Errorf("%s of %s: %v", id, user, err)
			}
		}
	}
}

func second(_ string, err error) error { return err }

// Buyers and keys whose letters run together are still different.
func TestNoTwoPaymentsShareAnID(t *testing.T) {
	t.Parallel()
	seen := map[string]string{}
	for _, c := range [][2]string{{"a", "b"}, {"a b", "c"}, {"a", "b c"}, {"ab", ""}, {"", "ab"}, {"1 a", "b"}} {
		id := orchestrator.SagaID(c[0], c[1])
		if before, is := seen[id]; is {
			t.Errorf("%q and %q are both %s", before, c, id)
		}
		seen[id] = strings.Join(c[:], "/")
	}
}

func TestWhatIsMissingIsNamed(t *testing.T) {
	t.Parallel()
	path, bus := filepath.Join(t.TempDir(), "o.db"), message.NewBus()
	for name, c := range map[string]orchestrator.Config{
		"Path": {Publisher: bus, Gate: gate{}}, "Publisher": {Path: path, Gate: gate{}}, "Gate": {Path: path, Publisher: bus},
	} {
		if o, err := orchestrator.New(t.Context(), c); o != nil || err == nil || !strings.Contains(err.Error(), "Config."+name) {
			t.Errorf("without %s: %v", name, err)
		}
	}
}
