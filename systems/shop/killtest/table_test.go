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
)

// table is what happened in a campaign.
type table struct {
	lives    int
	inFlight int // kills that hit an order in flight
	cutOff   int // kills that cut off a request for an order
	orders   int // in flight, over all kills
	hits     map[string]int
	faults   map[struck]int
	answers  []time.Duration // from a start to its first answer
	ends     []time.Duration // from a start to the first end of an order
}

// atRandom counts the kills at no moment in particular.
const atRandom = "at random"

func newTable() table { return table{hits: map[string]int{}, faults: map[struck]int{}} }

// count enters a killed life.
func (c *table) count(l *life, open, cutOff int) {
	c.lives++
	c.orders += open
	if open > 0 {
		c.inFlight++
	}
	if cutOff > 0 {
		c.cutOff++
	}
	place := l.hit
	if place == "" {
		place = atRandom
	}
	c.hits[place]++
	for fault, n := range l.faults {
		c.faults[fault] += n
	}
	if l.first > 0 {
		c.answers = append(c.answers, l.first)
	}
	if l.firstEnd > 0 {
		c.ends = append(c.ends, l.firstEnd)
	}
}

// check wants the campaign to have been one of so many kills at each moment.
func (c *table) check(t *testing.T, each int) {
	t.Helper()
	if wanted := each * hitsPerKill; c.cutOff < wanted {
		t.Errorf("%d kills cut off a request for an order, want %d", c.cutOff, wanted)
	}
	for _, w := range writes() {
		for _, moment := range []string{before, after} {
			if n := c.hits[w.name+" "+moment]; n < each {
				t.Errorf("%d kills %s %s, want %d", n, moment, w.name, each)
			}
		}
	}
	for _, at := range places() {
		if c.struck(at, "") == 0 {
			t.Errorf("no fault of the network at %q: the campaign proves nothing about it", at)
		}
	}
	for _, kind := range kinds() {
		if c.struck("", kind) == 0 {
			t.Errorf("%q never happened: the campaign proves nothing about it", kind)
		}
	}
}

func places() []string { return []string{atDecrement, atFence, atCompensation} }

func kinds() []fault.Kind {
	return []fault.Kind{fault.DropReply, fault.DropRequest, fault.Duplicate, fault.Delay}
}

// struck counts faults at a place and of a kind, or of any if it is "".
func (c *table) struck(at string, kind fault.Kind) (n int) {
	for s, times := range c.faults {
		if (at == "" || at == s.At) && (kind == "" || kind == s.Kind) {
			n += times
		}
	}
	return n
}

func (c *table) print(t *testing.T, orders []*bought) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills, %d of them with an order in flight, %d cut off an order's request; %d orders in flight in all\n",
		c.lives, c.inFlight, c.cutOff, c.orders)
	fmt.Fprintf(&b, "\n%-16s%8s%8s\n", "durable write", before, after)
	for _, w := range writes() {
		fmt.Fprintf(&b, "%-16s%8d%8d\n", w.name, c.hits[w.name+" "+before], c.hits[w.name+" "+after])
	}
	fmt.Fprintf(&b, "%-16s%8d\n\n%-16s", atRandom, c.hits[atRandom], "network")
	for _, kind := range kinds() {
		fmt.Fprintf(&b, "%14s", kind)
	}
	for _, at := range places() {
		fmt.Fprintf(&b, "\n%-16s", at)
		for _, kind := range kinds() {
			fmt.Fprintf(&b, "%14d", c.faults[struck{at, kind}])
		}
	}
	b.WriteString("\n\n" + endings(orders))
	b.WriteString("\nfrom a start to its first answer:           " + spread(c.answers))
	b.WriteString("from a start to the first end of an order: " + spread(c.ends))
	t.Log("\n" + b.String())
}

func spread(d []time.Duration) string {
	if len(d) == 0 {
		return "never\n"
	}
	slices.Sort(d)
	return fmt.Sprintf("median %v, longest %v, of %d\n",
		d[len(d)/2].Round(time.Millisecond), d[len(d)-1].Round(time.Millisecond), len(d))
}

// endings counts how the orders ended, in words.
func endings(orders []*bought) string {
	counts := map[string]int{}
	for _, o := range orders {
		switch {
		case o.placed != nil && o.anew > 0:
			counts["placed, after a failure"]++
		case o.placed != nil:
			counts["placed"]++
		case o.failed != nil:
			counts["not placed: "+o.failed.kind]++
		case o.acknowledged:
			counts["open"]++
		case o.sent:
			counts["never arrived"]++
		}
	}
	var b strings.Builder
	for _, end := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "%5d orders %s\n", counts[end], end)
	}
	return b.String()
}
