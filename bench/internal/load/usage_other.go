//go:build !unix

package load

import "time"

// cpuTime is not known on this system; the column shows 0.
func cpuTime() time.Duration { return 0 }
