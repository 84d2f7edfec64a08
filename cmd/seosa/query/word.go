package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/seosa-dev/saga"
)

// statuses are in the order in which an operator wants to see them.
func statuses() []saga.Status {
	return []saga.Status{saga.NeedsAttention, saga.Compensating, saga.Running, saga.Failed, saga.Compensated, saga.Completed}
}

func reasons() []saga.Reason {
	return []saga.Reason{saga.InDoubt, saga.CannotFence, saga.CannotFinish, saga.UndoRefused, saga.UndoUnfinished,
		saga.StateClash, saga.Stopped, saga.UnknownDefinition}
}

func rank(s saga.Status) int { return slices.Index(statuses(), s) }

// Word is the word for a status on the command line: "attention" for [saga.NeedsAttention], and
// otherwise the status itself.
func Word(s saga.Status) string {
	if s == saga.NeedsAttention {
		return "attention"
	}
	return string(s)
}

// Words lists the words for all statuses, attention first.
func Words() []string {
	var words []string
	for _, s := range statuses() {
		words = append(words, Word(s))
	}
	return words
}

func parseStatus(word string) (saga.Status, error) {
	name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(word)), "-", " ")
	for _, s := range statuses() {
		if name == string(s) || name == Word(s) {
			return s, nil
		}
	}
	return "", fmt.Errorf("there is no status %q; there are %s%s", word, strings.Join(Words(), ", "), DidYouMean(word, Words()))
}

func parseReason(word string) (saga.Reason, error) {
	name := strings.ReplaceAll(strings.ToLower(strings.TrimSpace(word)), "-", " ")
	var all []string
	for _, r := range reasons() {
		if name == string(r) {
			return r, nil
		}
		all = append(all, strings.ReplaceAll(string(r), " ", "-"))
	}
	return "", fmt.Errorf("there is no reason %q; there are %s%s", word, strings.Join(all, ", "), DidYouMean(word, all))
}

// parseAge reads a duration of package time, before which a number of days may stand.
func parseAge(s string) (time.Duration, error) {
	rest, days := s, 0
	if before, after, found := strings.Cut(s, "d"); found {
		n, err := strconv.ParseUint(before, 10, 16) // 65,535 days are within a time.Duration
		if err != nil {
			return 0, badAge(s)
		}
		days, rest = int(n), after
	}
	var d time.Duration
	if rest != "" {
		var err error
		if d, err = time.ParseDuration(rest); err != nil {
			return 0, badAge(s)
		}
	}
	total := time.Duration(days)*24*time.Hour + d
	if d < 0 || total <= 0 {
		return 0, badAge(s)
	}
	return total, nil
}

func badAge(s string) error {
	return fmt.Errorf("%q is no age; write a number with its unit, for example 90s, 10m, 36h or 2d", s)
}
