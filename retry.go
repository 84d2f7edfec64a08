package saga

import (
	"hash/fnv"
	"math"
	"math/rand/v2"
	"time"
)

// RetryPolicy says how often and how soon something is tried again: capped exponential backoff
// with jitter, so that many instances do not ask again at the same moment. A zero field means the
// engine's default for it ([Config.Retry], [Config.CompensationRetry]).
type RetryPolicy struct {
	MaxAttempts int           // calls before the budget is used up; actions and probes count alike
	Initial     time.Duration // the wait after the first call
	Max         time.Duration // the longest wait
	Factor      float64       // growth from wait to wait, at least 1
}

// or fills the zero fields of p from base.
func (p RetryPolicy) or(base RetryPolicy) RetryPolicy {
	if p.MaxAttempts == 0 {
		p.MaxAttempts = base.MaxAttempts
	}
	if p.Initial == 0 {
		p.Initial = base.Initial
		if p.Max > 0 {
			p.Initial = min(p.Initial, p.Max)
		}
	}
	if p.Max == 0 {
		p.Max = max(base.Max, p.Initial)
	}
	if p.Factor == 0 {
		p.Factor = base.Factor
	}
	return p
}

// wait is the pause after the given number of calls: half of it fixed, half of it spread by seed.
// The seed makes the jitter a function of the instance, so that deciding stays pure.
func (p RetryPolicy) wait(calls int, seed string) time.Duration {
	full := float64(p.Initial) * math.Pow(p.Factor, float64(max(calls-1, 0)))
	if !(full < float64(p.Max)) { // also when it overflowed
		full = float64(p.Max)
	}
	h := fnv.New64a()
	h.Write([]byte(seed))
	spread := rand.New(rand.NewPCG(h.Sum64(), uint64(calls))).Float64()
	return time.Duration(full/2 + full/2*spread)
}
