//go:build !race

package saga

import "testing"

// OnOneGoroutine is of use under the race detector only.
func OnOneGoroutine(*testing.T) {}
