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
	numbers := map[string][2]string{
		"lost-event":      {"payments COMPLETED: 1, PaymentCompleted told: 0", "payments COMPLETED: 1, PaymentCompleted told: 1"},
		"rolled-back":     {"payments FAILED: 0, PaymentFailed told: 0", "payments FAILED: 1, PaymentFailed told: 1"},
		"refund-no-money": {"700 + 0 of 1000 won", "1000 + 0 of 1000 won"},
		"double-refund":   {"300 won debited, refunds: 3, together 900 won", "300 won debited, refunds: 1, together 300 won"},
		"resold-seat":     {"live reservations of seat 1: 2", "live reservations of seat 1: 1"},
		"undo-first":      {"s-1 is undone and has taken 300 won", "s-1 is undone and has taken 0 won"},
		"swept-hold":      {"sales of seat 1: 2", "sales of seat 1: 1"},
		"two-sagas":       {"sagas that pay for reservation 1: 2", "sagas that pay for reservation 1: 1"},
		"blind-restore":   {"tokens that may reserve: 2, of those after their end: 1", "tokens that may reserve: 1, of those after their end: 0"},
		"blind-available": {"closed by an administrator, and AVAILABLE", "closed by an administrator, and UNAVAILABLE"},
		"stale-cache":     {"the database has UNAVAILABLE, a reader gets AVAILABLE", "the database has UNAVAILABLE, a reader gets UNAVAILABLE"},
		"partial-hold": {
			"mina was refused; reservations of hers: 1, seats held by nobody: 1", "mina was refused; reservations of hers: 0, seats held by nobody: 0",
		},
		"overshoot": {"active: 2, the limit: 1", "active: 1, the limit: 1"},
	}
	if len(numbers) != len(flaw.All()) {
		t.Errorf("%d flaws have numbers, of %d", len(numbers), len(flaw.All()))
	}
	for name, want := range numbers {
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
