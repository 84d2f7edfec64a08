//go:build unix

package killtest_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/seosa-dev/saga/systems/fault"
	"github.com/seosa-dev/saga/systems/ticketing/orchestrator"
)

// tally is what a campaign has done.
type tally struct {
	where    []place
	lives    int
	inFlight int            // of them, those that ended while a saga was live
	sagas    int            // live at a kill, in all
	planned  []string       // "place moment"
	hits     map[string]int // likewise; "" is at random
	faults   map[fault.Kind]int
	off      map[string]int // lives with a service that nothing reached
	healing  time.Duration

	attention int // sagas that needed it at some time
}

func newTally(where []place) tally {
	return tally{where: where, hits: map[string]int{}, faults: map[fault.Kind]int{}, off: map[string]int{}}
}

// count enters a life that was killed while so many sagas were live.
func (c *tally) count(l *life, f fate, sagas int) {
	c.lives++
	c.sagas += sagas
	if sagas > 0 {
		c.inFlight++
	}
	c.hits[l.hit]++
	for kind, n := range l.faults {
		c.faults[kind] += n
	}
	if f.Off != "" {
		c.off[f.Off]++
	}
}

// least is how many payments must be completed for a campaign to prove something.
func (c *tally) least(wanted int) int { return max(1, wanted/2) }

// check wants the campaign to have proven something.
func (c *tally) check(t *testing.T, ends map[orchestrator.State]int, wanted int, full bool) {
	t.Helper()
	if c.inFlight < wanted {
		t.Errorf("%d kills hit a payment in flight, want %d", c.inFlight, wanted)
	}
	for _, place := range c.planned {
		if c.hits[place] == 0 {
			t.Errorf("no kill %q: the campaign proves nothing about it", place)
		}
	}
	for state, least := range map[orchestrator.State]int{
		orchestrator.Completed: c.least(wanted), orchestrator.Compensated: max(1, wanted/10), orchestrator.Failed: max(1, wanted/10),
	} {
		if ends[state] < least {
			t.Errorf("%d payments are %s, want %d", ends[state], state, least)
		}
	}
	for _, kind := range kinds() {
		if c.faults[kind] == 0 && (full || kind != fault.Postpone && kind != fault.Off) { // those are not in each life
			t.Errorf("%q never happened: the campaign proves nothing about it", kind)
		}
	}
}

func kinds() []fault.Kind {
	return []fault.Kind{fault.DropRequest, fault.DropReply, fault.Duplicate, fault.Delay, fault.Lose, fault.Postpone, fault.Off}
}

func (c *tally) print(t *testing.T, ends map[orchestrator.State]int) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills, %d of them with a payment in flight; %d sagas live at them in all\n", c.lives, c.inFlight, c.sagas)
	fmt.Fprintf(&b, "\n%-30s%8s%8s\n", "durable write", before, after)
	for _, p := range c.where {
		fmt.Fprintf(&b, "%-30s%8d%8d\n", p.name(), c.hits[p.name()+" "+before], c.hits[p.name()+" "+after])
	}
	fmt.Fprintf(&b, "%-30s%8d\n\non the ways of messages:", "at random", c.hits[""])
	for _, kind := range kinds() {
		fmt.Fprintf(&b, " %s %d", kind, c.faults[kind])
	}
	b.WriteString("\nlives with a service that nothing reached for a time:")
	for _, service := range slices.Sorted(maps.Keys(c.off)) {
		fmt.Fprintf(&b, " %s %d", service, c.off[service])
	}
	b.WriteString("\npayments:")
	for _, state := range slices.Sorted(maps.Keys(ends)) {
		fmt.Fprintf(&b, " %s %d", state, ends[state])
	}
	fmt.Fprintf(&b, "\nsagas that needed attention for a time, because nobody answered them: %d", c.attention)
	fmt.Fprintf(&b, "\nfrom the last kill to the last end: %v\n", c.healing.Round(time.Millisecond))
	t.Log("\n" + b.String())
}
