package queue

import (
	"math"
	"time"
)

// estimate is how long the one at a position waits: by how many were let in in the last minute, and if nobody
// was, by the rule. It is not known if the rule lets nobody in.
func estimate(position int64, counts Counts, rule Rule, active time.Duration) (wait time.Duration, known bool) {
	switch {
	case rule.Limit <= 0:
		return 0, false
	case counts.Admitted > 0:
		return share(position, counts.Admitted, time.Minute), true
	case rule.Batch > 0 && rule.Every > 0:
		return share(position, rule.Batch, rule.Every), true
	}
	return share(position, rule.Limit, active), true // all who are active leave within that time
}

// share is the time for position of them when n take d, in whole seconds, rounded up.
func share(position, n int64, d time.Duration) time.Duration {
	seconds := math.Ceil(float64(position) * d.Seconds() / float64(n))
	return time.Duration(min(seconds, math.MaxInt32)) * time.Second
}

// pollAfter keeps those who wait long from asking often: a tenth of what is left, from 1 to 60 seconds.
func pollAfter(wait time.Duration, known bool) int64 {
	if !known {
		return 10
	}
	return min(max(int64(wait/(10*time.Second)), 1), 60)
}
