package flaw_test

import (
	"bytes"
	"regexp"
	"strings"
	"testing"

	"github.com/seosa-dev/saga/systems/ticketing/flaw"
)

// What a gallery is for: the naive variant breaks its invariant, and the services' own code, on the same
// schedule, does not.
func TestEachFlawBreaksTheNaiveVariantOnly(t *testing.T) {
	t.Parallel()
	for _, f := range flaw.All() {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			r, err := f.Play(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if !r.Naive.Broken {
				t.Errorf("the naive variant keeps %s: %s", f.Invariant, r.Naive.Says)
			}
			if r.Real.Broken {
				t.Errorf("the real code breaks %s: %s", f.Invariant, r.Real.Says)
			}
			if len(r.Steps) < 2 || r.Naive.Says == r.Real.Says {
				t.Errorf("%d steps, and both end with %q", len(r.Steps), r.Real.Says)
			}
			for _, s := range r.Steps {
				if s.What == "" || s.Naive == "" || s.Real == "" {
					t.Errorf("a step shows nothing: %+v", s)
				}
			}
		})
	}
}

// The numbers of the findings are what a reader is shown, so they are held here.
func TestTheDamageInNumbers(t *testing.T) {
	t.Parallel()
	for name, want := range map[string][2]string{
		"lost-event":      {"1 payment COMPLETED, 0 PaymentCompleted told", "1 payment COMPLETED, 1 PaymentCompleted told"},
		"rolled-back":     {"0 payment FAILED in the history, 0 PaymentFailed told", "1 payment FAILED in the history, 1 PaymentFailed told"},
		"refund-no-money": {"700 + 0 of 1000 won", "1000 + 0 of 1000 won"},
		"double-refund":   {"300 won debited, 900 refunded in 3", "300 won debited, 300 refunded in 1"},
		"resold-seat":     {"2 live reservations of seat 1", "1 live reservations of seat 1"},
		"undo-first":      {"s-1 is undone and has taken 300 won", "s-1 is undone and has taken 0 won"},
		"swept-hold":      {"seat 1 is sold 2 times", "seat 1 is sold 1 times"},
		"two-sagas":       {"2 sagas pay for reservation 1", "1 sagas pay for reservation 1"},
		"overshoot":       {"2 active, the limit is 1", "1 active, the limit is 1"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f, err := flaw.Find(name)
			if err != nil {
				t.Fatal(err)
			}
			r, err := f.Play(t.Context(), t.TempDir())
			if err != nil {
				t.Fatal(err)
			}
			if r.Naive.Says != want[0] || r.Real.Says != want[1] {
				t.Errorf("got %q and %q, want %q", r.Naive.Says, r.Real.Says, want)
			}
		})
	}
}

// A flaw can be asked for by what the requirements call it, and one that is none says what to do.
func TestRunTakesNamesAndNumbers(t *testing.T) {
	t.Parallel()
	var byName, byNumber bytes.Buffer
	if err := flaw.Run(t.Context(), &byName, "undo-first"); err != nil {
		t.Fatal(err)
	}
	if err := flaw.Run(t.Context(), &byNumber, "F-A13"); err != nil {
		t.Fatal(err)
	}
	if byName.String() != byNumber.String() || !strings.Contains(byName.String(), "BROKEN: s-1 is undone and has") {
		t.Errorf("got\n%s\nand\n%s", byName.String(), byNumber.String())
	}
	if err := flaw.Run(t.Context(), &byName, "nonsense"); err == nil || !strings.Contains(err.Error(), "without a name") {
		t.Error(err)
	}
}

// All of them on one page: every flaw is there, and no line is wider than a terminal of 120 columns.
func TestRunPrintsAllSideBySide(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := flaw.Run(t.Context(), &out); err != nil {
		t.Fatal(err)
	}
	for _, f := range flaw.All() {
		if !strings.Contains(out.String(), f.ID+" "+f.Name+": "+f.Title) {
			t.Errorf("%s is missing", f.Name)
		}
	}
	if n := len(regexp.MustCompile("BROKEN: .*  holds: ").FindAllString(out.String(), -1)); n != len(flaw.All()) {
		t.Errorf("%d verdicts side by side, want %d:\n%s", n, len(flaw.All()), out.String())
	}
	for line := range strings.Lines(out.String()) {
		if len([]rune(line)) > 121 && !strings.HasPrefix(line, "instead: ") {
			t.Errorf("too wide: %s", line)
		}
	}
}
