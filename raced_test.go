//go:build race

package saga

import "testing"

// OnOneGoroutine skips what the race detector only slows down; without it the test runs as well.
func OnOneGoroutine(t *testing.T) {
	t.Helper()
	t.Skip("it runs on one goroutine, where there are no races: `make test` runs it without the race detector")
}
