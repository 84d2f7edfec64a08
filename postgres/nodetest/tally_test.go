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
	mu   *sync.Mutex
	done map[string]int
	ends *progress
}

// progress is when sagas ended.
type progress struct {
	count       int
	began       time.Time
	last        time.Time
	gap, gapEnd time.Duration // the longest time without an end, and when it was over
}

func newTally() tally { return tally{&sync.Mutex{}, map[string]int{}, &progress{}} }

// begin says that from now on sagas should end all the time.
func (c tally) begin() {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := time.Now()
	*c.ends = progress{began: now, last: now}
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
		c.ends.note(time.Now())
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

func (p *progress) note(at time.Time) {
	p.count++
	if gap := at.Sub(p.last); gap > p.gap {
		p.gap, p.gapEnd = gap, at.Sub(p.began)
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
	var b strings.Builder
	if p := c.ends; !p.began.IsZero() {
		took := p.last.Sub(p.began)
		fmt.Fprintf(&b, "%6d sagas ended in %v, %.0f a second; the longest time without an end was %v, over after %v\n",
			p.count, took.Round(time.Second), float64(p.count)/took.Seconds(), p.gap.Round(time.Millisecond), p.gapEnd.Round(time.Millisecond))
	}
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

// ended is how many sagas have ended, as far as the nodes told.
func (c tally) ended() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ends.count
}
