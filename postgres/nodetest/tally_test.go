//go:build unix

package nodetest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seosa-dev/saga"
)

// tally counts what the nodes report, over all lives.
type tally struct {
	mu    *sync.Mutex
	done  map[string]int
	ends  *progress
	began time.Time
}

// progress is when sagas ended.
type progress struct {
	count       int
	last        time.Time
	gap, gapEnd time.Duration // the longest time without an end, and when it was over
}

func newTally() tally {
	now := time.Now()
	return tally{&sync.Mutex{}, map[string]int{}, &progress{last: now}, now}
}

// The counts of a tally.
const (
	takeovers           = "takeovers"
	failedTakeovers     = "takeovers of which nobody knows"
	rejectedAppends     = "appends rejected"
	rejectedCheckpoints = "checkpoints rejected"
	repeatedWrites      = "writes repeated because their answer was lost"
	failedClaims        = "claims whose answer was lost"
	seals               = "nodes that found themselves sealed"
)

func (c tally) hear(n note) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case n.Msg == saysEnded:
		c.ends.note(time.Now(), c.began)
	case n.From != "":
		c.done[takeovers]++
	case strings.HasPrefix(n.Msg, "this node was sealed"):
		c.done[seals]++
	case n.Msg == saysMeasure:
		c.measure(n)
	}
}

func (c tally) measure(n note) {
	switch {
	case n.Rejected && n.Kind == saga.MeasuredAppend:
		c.done[rejectedAppends]++
	case n.Rejected:
		c.done[rejectedCheckpoints]++
	case n.Failed && n.Kind == saga.MeasuredTakeover:
		c.done[failedTakeovers]++
	case n.Failed:
		c.done[failedClaims]++
	case n.Tries > 1:
		c.done[repeatedWrites]++
	}
}

func (p *progress) note(at, began time.Time) {
	p.count++
	if gap := at.Sub(p.last); gap > p.gap {
		p.gap, p.gapEnd = gap, at.Sub(began)
	}
	p.last = at
}

// note counts a fault.
func (c tally) note(what string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.done[what]++
}

func (c tally) of(what string) int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.done[what]
}

// String is the report.
func (c tally) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	took := c.ends.last.Sub(c.began)
	var b strings.Builder
	fmt.Fprintf(&b, "%6d sagas ended in %v, %.0f a second; the longest time without an end was %v, over after %v\n", c.ends.count,
		took.Round(time.Second), float64(c.ends.count)/took.Seconds(), c.ends.gap.Round(time.Millisecond), c.ends.gapEnd.Round(time.Millisecond))
	b.WriteString(list(c.done))
	return b.String()
}

func list(counts map[string]int) string {
	var b strings.Builder
	for _, what := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "%6d %s\n", counts[what], what)
	}
	return b.String()
}
