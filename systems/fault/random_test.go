package fault_test

import (
	"errors"
	"math"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/seosa-dev/saga/message"
	"github.com/seosa-dev/saga/systems/fault"
)

// through sends n calls past the faults and returns what struck each.
func through(b *bench, n int) []fault.Kind {
	b.Forget()
	h := b.HTTP(func(*http.Request) string { return "p" }, nil, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	var kinds []fault.Kind
	for range n {
		func() {
			defer func() { _ = recover() }() // a broken connection
			h.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest("POST", "/", http.NoBody))
		}()
		kinds = append(kinds, b.last().Fault)
	}
	return kinds
}

func TestChanceStrikesAboutAsOftenAsTold(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	const n = 4000
	rates := fault.Rates{DropReply: 0.2, DropRequest: 0.1, Duplicate: 0.05, Delay: 0.05, Seed: 7}
	if err := b.Random(rates); err != nil {
		t.Fatal(err)
	}
	through(b, n)
	counts := b.Counts()
	for kind, rate := range map[string]float64{"drop-reply": 0.2, "drop-request": 0.1, "duplicate": 0.05, "delay": 0.05} {
		if got := float64(counts[kind]) / n; math.Abs(got-rate) > rate/5 {
			t.Errorf("%s: %.3f of the calls, want about %.2f", kind, got, rate)
		}
	}
	if len(counts) != 4 {
		t.Errorf("counts %v", counts)
	}
}

func TestTheSameSeedGivesTheSameFaults(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	draw := func(seed uint64) []fault.Kind {
		if err := b.Random(fault.Rates{DropReply: 0.5, Seed: seed}); err != nil {
			t.Fatal(err)
		}
		return through(b, 64)
	}
	same := func(a, b []fault.Kind) bool {
		for i := range a {
			if a[i] != b[i] {
				return false
			}
		}
		return true
	}
	first := draw(1)
	if !same(first, draw(1)) || same(first, draw(2)) {
		t.Error("a seed decides nothing, or not all")
	}
}

func TestChanceMeetsPublishesAndComesAfterWhatIsArmed(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	next := &counter{}
	p := b.Publisher("publish", next)
	if err := b.Random(fault.Rates{Duplicate: 1}); err != nil {
		t.Fatal(err)
	}
	b.arm(fault.Fault{At: "publish", Kind: fault.Off})
	m := message.Message{ID: "m-1", Key: "k"}
	if err := p.Publish(t.Context(), m); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("what is armed comes first, got %v", err)
	}
	if err := p.Publish(t.Context(), m); err != nil || next.delivered.Load() != 2 {
		t.Errorf("got %v and %d deliveries", err, next.delivered.Load())
	}
	if err := b.Random(fault.Rates{}); err != nil {
		t.Fatal(err)
	}
	if err := p.Publish(t.Context(), m); err != nil || next.delivered.Load() != 3 {
		t.Errorf("turned off: got %v and %d deliveries", err, next.delivered.Load())
	}
}

func TestRatesThatMakeNoSense(t *testing.T) {
	t.Parallel()
	b := newBench(t, fault.Config{})
	if err := b.Random(fault.Rates{DropReply: 1}); err != nil {
		t.Fatal(err)
	}
	for _, r := range []fault.Rates{{DropReply: -0.1}, {Delay: 1.1}, {DropReply: 0.6, Duplicate: 0.6}, {Delay: math.NaN()}, {Hold: -1}, {DropRequest: math.Inf(1)}} {
		if err := b.Random(r); !errors.Is(err, fault.ErrInvalid) {
			t.Errorf("%+v: %v", r, err)
		}
	}
	if got := through(b, 3); got[2] != fault.DropReply {
		t.Errorf("the rates before are gone: %v", got)
	}
}
