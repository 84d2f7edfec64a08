//go:build unix

package nodetest_test

import (
	"context"
	"testing"
	"time"
)

// within reports whether done was closed in time.
func within(limit time.Duration, done <-chan struct{}) bool {
	timer := time.NewTimer(limit)
	defer timer.Stop()
	select {
	case <-done:
		return true
	case <-timer.C:
		return false
	}
}

// pass lets time pass; false if ctx ended before.
func pass(ctx context.Context, d time.Duration) bool {
	return !within(d, ctx.Done())
}

// comes waits for what nodes do; false if they do not do it in time.
func comes(limit time.Duration, is func() bool) bool {
	ticks := time.NewTicker(5 * time.Millisecond)
	defer ticks.Stop()
	late := time.NewTimer(limit)
	defer late.Stop()
	for !is() {
		select {
		case <-ticks.C:
		case <-late.C:
			return false
		}
	}
	return true
}

// eventually waits for what nodes do, and ends the test if they do not.
func eventually(t *testing.T, limit time.Duration, what string, is func() bool) {
	t.Helper()
	if !comes(limit, is) {
		t.Fatalf("waited %v for %s", limit, what)
	}
}
