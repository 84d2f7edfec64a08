//go:build unix

package killtest_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"
)

// table is what happened in a campaign.
type table struct {
	lives    int
	inFlight int // kills that hit an order in flight
	cutOff   int // kills that cut off a request for an order
	orders   int // in flight, over all kills
	hits     map[string]int
	faults   map[string]int
	answers  []time.Duration // from a start to its first answer
	ends     []time.Duration // from a start to the first end of an order
}

// atRandom counts the kills at no moment in particular.
const atRandom = "at random"

func newTable() table { return table{hits: map[string]int{}, faults: map[string]int{}} }

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

// check wants the campaign to have been one.
func (c *table) check(t *testing.T) {
	t.Helper()
	if c.cutOff < needed {
		t.Errorf("%d kills cut off a request for an order, want %d", c.cutOff, needed)
	}
	for _, write := range writes() {
		for _, moment := range []string{before, after} {
			if n := c.hits[write+" "+moment]; n < eachMoment {
				t.Errorf("%d kills %s %s, want %d", n, moment, write, eachMoment)
			}
		}
	}
	for _, fault := range []string{lostReply, lostRequest, lateOriginal, lostUndo, doubled} {
		if c.faults[fault] == 0 {
			t.Errorf("%q never happened: the campaign proves nothing about it", fault)
		}
	}
}

func (c *table) print(t *testing.T, orders []*bought) {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, "%d kills, %d of them with an order in flight, %d cut off an order's request; %d orders in flight in all\n",
		c.lives, c.inFlight, c.cutOff, c.orders)
	fmt.Fprintf(&b, "\n%-16s%8s%8s\n", "durable write", before, after)
	for _, write := range writes() {
		fmt.Fprintf(&b, "%-16s%8d%8d\n", write, c.hits[write+" "+before], c.hits[write+" "+after])
	}
	fmt.Fprintf(&b, "%-16s%8d\n\n", atRandom, c.hits[atRandom])
	for _, fault := range slices.Sorted(maps.Keys(c.faults)) {
		fmt.Fprintf(&b, "%5d %s\n", c.faults[fault], fault)
	}
	b.WriteString("\n" + ends(orders))
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

// ends counts how the orders ended, as far as it is known.
func ends(orders []*bought) string {
	counts := map[string]int{}
	for _, o := range orders {
		switch {
		case o.end != nil && o.end.status == http.StatusCreated:
			counts["placed"]++
		case o.end != nil:
			counts["not placed: "+o.end.kind]++
		case o.placed:
			counts["left to itself, placed"]++
		case o.known:
			counts["left to itself, not placed"]++
		case o.sent:
			counts["left to itself, never arrived"]++
		}
	}
	var b strings.Builder
	for _, end := range slices.Sorted(maps.Keys(counts)) {
		fmt.Fprintf(&b, "%5d orders %s\n", counts[end], end)
	}
	return b.String()
}
